import { z } from 'zod';
import { PROVINCE_FIXTURE } from './province-fixture-schema.js';
import { CHECKS_FILE, SUITE_FILE } from './suite-schema.js';

/** JSON Schemas beside the inputs of the kit: for editors, and for a kit in another language. */
export const INPUT_SCHEMAS = { 'suite.schema.json': SUITE_FILE, 'checks.schema.json': CHECKS_FILE, 'province.schema.json': PROVINCE_FIXTURE } as const;

/** JSON Schema (2020-12) of what may be written. */
export const toInputSchema = (schema: z.ZodType): string => `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }), undefined, 2)}\n`;
