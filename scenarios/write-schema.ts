// Writes `scenario.schema.json`, by which scenarios are checked, here and in editors: the last step of a build.
import { writeFileSync } from 'node:fs';
import { schemaFile } from './library.ts';
import { schemaText } from './schema.ts';

writeFileSync(schemaFile(), schemaText());
