import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EDITOR_SCHEMAS, toEditorSchema } from './mapping-editor-schema.js';

/** `UPDATE_SCHEMAS=1` writes them anew. */
const isUpdate = process.env['UPDATE_SCHEMAS'] === '1';

describe('the schemas for editors', () => {
  it.each(Object.entries(EDITOR_SCHEMAS))('%s says what the parser says', (file, schema) => {
    const path = join(import.meta.dirname, file);
    if (isUpdate) writeFileSync(path, toEditorSchema(schema));
    expect(readFileSync(path, 'utf8')).toBe(toEditorSchema(schema));
  });
});
