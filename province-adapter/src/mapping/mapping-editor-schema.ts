import { z } from 'zod';
import { CONTRACT_FIXTURE, EXCHANGES_FIXTURE, STAND_IN_FIXTURE } from './fixture-schema.js';
import { MAPPING } from './mapping-schema.js';

/** Files beside this one that editors check mapping files and fixtures with while they are written; a test keeps them equal. */
export const EDITOR_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'mapping.schema.json': MAPPING,
  'contract-fixture.schema.json': CONTRACT_FIXTURE,
  'stand-in-fixture.schema.json': STAND_IN_FIXTURE,
  'exchanges-fixture.schema.json': EXCHANGES_FIXTURE,
};

/** A schema as JSON Schema 2020-12, for what is written in a file: members with a default may be left out. */
export function toEditorSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
}
