// Writes `scenario.schema.json`, by which scenarios are checked, here and in editors: run after a change of the schema,
// as `npm run schema`.
import { writeFileSync } from 'node:fs';
import { schemaFile } from './library.ts';
import { schemaText } from './schema.ts';

writeFileSync(schemaFile(), schemaText());
