import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFORMANCE_GROUPS } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { readSuite, suiteDirectory } from './suite.js';

const suite = readSuite();

describe('the suite', () => {
  it('asks something of every group a badge needs', () => {
    for (const group of CONFORMANCE_GROUPS) expect(suite.checks.filter((check) => check.group === group).length, group).toBeGreaterThan(0);
  });

  it('names every check once, and by its group where the id does not say otherwise', () => {
    expect(new Set(suite.checks.map(({ id }) => id)).size).toBe(suite.checks.length);
    for (const { id, group } of suite.checks) expect(id.startsWith(`${group}/`), id).toBe(true);
  });

  it('says of every check what is sent, what must come back and what to do', () => {
    for (const { id, sends, expects, advice } of suite.checks) expect([sends, expects, advice].every((words) => words.length > 3), id).toBe(true);
  });

  it('knows no refusal that docs/error-codes.md does not', () => {
    const known = readFileSync(join(checkoutDirectory(), 'docs', 'error-codes.md'), 'utf8');
    for (const code of new Set(suite.checks.flatMap(({ answer }) => answer.refusal ?? []))) expect(known, code).toContain(`\`${code}\``);
  });

  it('plays what looks at the whole feed after everything else', () => {
    const last = suite.checks.slice(-3).map(({ id }) => id);
    expect(last).toEqual(['gap/published', 'gap/sequence', 'gap/verified']);
  });

  it('lets nobody who cut a code be told a status', () => {
    for (const { id, answer, play } of suite.checks) {
      if (play.kind === 'mutation' && (play.change.keep !== undefined || play.change.dropLast !== undefined || play.change.scramble !== undefined)) expect(answer.same, id).toBeUndefined();
    }
  });
});

describe('readSuite', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'suite-'));
    cpSync(suiteDirectory(), directory, { recursive: true });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const change = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(directory, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(directory, file), text.replace(from, to));
  };

  it('gives a suite of which a word was changed another digest, and an untouched copy the same', () => {
    expect(readSuite(directory).digest).toBe(suite.digest);
    change('statuses.yaml', 'TRANSLATION_VALUE_UNKNOWN', 'LOCAL_ANSWER_INVALID');
    expect(readSuite(directory).digest).not.toBe(suite.digest);
  });

  it.each([
    ['a file that is not there', 'suite.yaml', 'gaps.yaml', 'holes.yaml', 'holes.yaml cannot be read'],
    ['a play nobody knows', 'gaps.yaml', 'kind: stream-away', 'kind: stream-gone', 'play'],
    ['a group nobody knows', 'gaps.yaml', 'group: gap', 'group: gaps', 'defaults.group'],
    ['a member nobody knows', 'gaps.yaml', 'last: true', 'lst: true', 'lst'],
    ['no YAML', 'gaps.yaml', 'checks:', 'checks: [', 'gaps.yaml'],
  ])('refuses %s and says where', (_what, file, from, to, said) => {
    change(file, from, to);
    expect(() => readSuite(directory)).toThrow(expect.objectContaining({ code: 'SUITE_INVALID', message: expect.stringContaining(said) as string }) as Error);
  });
});
