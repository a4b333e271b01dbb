import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFORMANCE_GROUPS, CURRENT_SUITE, type Asking, type ListedCheck, type SkipReason } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { CANARIES } from '@health-code/messages';
import type { Change, Play } from './suite-schema.js';
import { readSuite, suiteDirectory } from './suite.js';

const suite = readSuite();

/** Changes that a code may withstand. */
const WITHSTOOD: readonly (keyof Change)[] = ['letters', 'replace', 'replaceFirst', 'swapAt', 'halfOfAnother'];

/** How the plays name what they ask. */
function askingOf(play: Play): Asking {
  switch (play.kind) {
    case 'golden':
      return 'golden';
    case 'canaries':
      return { names: CANARIES.map(({ name }) => name) };
    case 'mutation':
      return { names: ['green', 'red'] };
    case 'resend':
      if (play.ranges === 'last') return { names: ['first', 'second'] };
      return play.ranges === 'nonsense' ? { names: ['no-range', 'number-0', 'empty-range', 'too-many'] } : 'once';
    case 'foreign-codes':
      return play.own ? { foreignCodesAfter: play.codes.length } : { names: play.codes.map((_code, index) => String(index + 1)) };
    case 'nobody':
      return { names: play.documents.map((_document, index) => String(index + 1)) };
    case 'unknown-values':
    case 'expired-codes':
      return play.kind;
    default:
      return 'once';
  }
}

/** Why a play may skip. */
function skipReasonOf(play: Play): SkipReason | undefined {
  if (play.kind === 'canaries') return 'no-canaries';
  if (play.kind === 'mutation') return WITHSTOOD.some((member) => play.change[member] !== undefined) ? 'code-unchanged' : undefined;
  if (play.kind === 'fault') return play.fault.location === undefined ? undefined : 'files';
  return (play.kind === 'golden' || play.kind === 'unknown-values') && play.by === 'document' ? 'no-document' : undefined;
}

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

describe('the list by which the hub tells a whole report', () => {
  it('is of this version and these files', () => {
    expect({ version: CURRENT_SUITE.version, digest: CURRENT_SUITE.digest }).toEqual({ version: suite.version, digest: suite.digest });
  });

  it('names every check of the files and no other, how often each is asked, and which may be skipped', () => {
    const listed = suite.checks.map(({ id, play }) => {
      const maySkip = skipReasonOf(play);
      return { id: id as ListedCheck['id'], asks: askingOf(play), ...(maySkip === undefined ? {} : { maySkip }) };
    });
    expect([...CURRENT_SUITE.checks].sort(byId)).toEqual(listed.sort(byId));
  });
});

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
