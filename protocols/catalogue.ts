// The protocols there are, by the name that a scenario and a command line call them.
import { chord } from './chord/definition.ts';
import type { ProtocolDefinition } from './definition.ts';
import { ping } from './ping/definition.ts';

/** A definition whose message and option types only the protocol itself knows. */
// biome-ignore lint/suspicious/noExplicitAny: messages and options go both in and out, so no type but any takes all
export type AnyProtocol = ProtocolDefinition<any, any>;

export const catalogue: Readonly<Record<string, AnyProtocol>> = { chord, ping };
