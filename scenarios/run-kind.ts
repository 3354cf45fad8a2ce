// What a slice of a checked document runs, told apart.
import type { CommandDocument, RunDocument, ServiceDocument, TransfersDocument } from './run-schema.ts';

export const isService = (run: RunDocument): run is ServiceDocument => 'service' in run;
export const isTransfers = (run: RunDocument): run is TransfersDocument => 'transfers' in run;
export const isCommand = (run: RunDocument): run is CommandDocument => 'command' in run;
