import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INPUT_SCHEMAS, toInputSchema } from './schemas.js';
import { suiteDirectory } from './suite.js';

/** `UPDATE_SCHEMAS=1` writes them anew. */
const isUpdate = process.env['UPDATE_SCHEMAS'] === '1';

describe('the schemas beside the inputs of the kit', () => {
  it.each(Object.entries(INPUT_SCHEMAS))('%s says what the kit says', (file, schema) => {
    const path = join(suiteDirectory(), file);
    if (isUpdate) writeFileSync(path, toInputSchema(schema));
    expect(readFileSync(path, 'utf8')).toBe(toInputSchema(schema));
  });
});
