import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutDirectory } from './checkout.js';
import { leavesFiles } from './leaves-files.js';

describe('leavesFiles', () => {
  it.each(['files: {}', '"files": {}', "'files': {}", 'files : {}', '{ format: 1, files: {} }', '  format: 1\n  files: {}', '\ufefffiles: {}', 'format: 1\r\nfiles: {}', '? files\n: {}', '---\nfiles: {}'])('finds files in %j', (mapping) => {
    expect(leavesFiles(mapping)).toBe(true);
  });

  it.each(['format: 1', 'http:\n  files: {}', '# files: {}', 'rules: |\n  files: {}', 'files', '', '- files: {}', '{'])('finds none in %j', (mapping) => {
    expect(leavesFiles(mapping)).toBe(false);
  });

  it('finds none in a province that is asked over HTTP', () => {
    expect(leavesFiles(readFileSync(join(checkoutDirectory(), 'province-adapter/src/provinces/jilin/mapping.yaml'), 'utf8'))).toBe(false);
  });
});
