// Writes `scenario.schema.json`, for editors: run after a change of the schema, as `npm run schema`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenariosFolder } from './library.ts';
import { schemaText } from './schema.ts';

writeFileSync(join(scenariosFolder(), 'scenario.schema.json'), schemaText());
