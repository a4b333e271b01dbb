import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REASON_NOT_STATED, REASON_NOT_TRANSLATABLE, REASON_WITHDRAWN } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { REASON_TEXTS } from './reason-texts.js';

const SOURCES = join(checkoutDirectory(), 'province-adapter', 'src');

/** How translations, mappings and rules write a reason down. */
const REASONS = [/\breason: '?([A-Z][A-Z0-9_]{3,})'?/g, /\{ code: '([A-Z][A-Z0-9_]{3,})', evidence:/g, /\bREASON_[A-Z_]+ = '([A-Z][A-Z0-9_]{3,})'/g];

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return /\.(ts|yaml)$/.test(name) && !/\.(test|fixture)\.ts$/.test(name) ? [path] : [];
  });
}

/** What is written by the name of a constant says its value. */
const CONSTANTS: Readonly<Record<string, string>> = { REASON_NOT_STATED, REASON_NOT_TRANSLATABLE, REASON_WITHDRAWN };

const stated = new Set(
  filesBelow(SOURCES)
    .map((file) => readFileSync(file, 'utf8'))
    .flatMap((text) => REASONS.flatMap((form) => [...text.matchAll(form)].map(([, code = '']) => code)))
    .map((code) => CONSTANTS[code] ?? code),
);

describe('reason texts of the offline package', () => {
  it('say every reason that a province’s translation can state, and no other', () => {
    expect(stated.size).toBeGreaterThan(10);
    expect(REASON_TEXTS.map(({ code }) => code).sort()).toEqual([...stated].sort());
  });
});
