import { CONFORMANCE_GROUPS } from '@health-code/attestation';
import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/** `150ms`, `-60s`, `10m`; milliseconds when parsed. */
const duration = z
  .string()
  .regex(/^-?[0-9]{1,6}(ms|s|m)$/)
  .describe('A duration with its unit: 150ms, -60s, 10m');

/** Milliseconds of a duration of the suite. */
export function millisecondsOf(text: string): number {
  const [, count, unit] = /^(-?[0-9]+)(ms|s|m)$/.exec(text) ?? [];
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

const fraction = z.number().min(0).max(1);
const count = z.int().min(1).max(1_000_000);

/** How a scanned code is changed. Members apply in the order in which they stand here. */
const CHANGE = z
  .strictObject({
    whole: z.string(),
    keep: fraction.describe('The first part of the characters'),
    keepCharacters: count,
    prefixAlone: z.literal(true).describe('What the registered recogniser names as beginning'),
    dropFirst: count,
    dropLast: count,
    cutOut: z.strictObject({ at: fraction, characters: count }),
    halfOfAnother: z.literal(true).describe("The second half is that of another person's code"),
    flip: fraction.describe('Another character there, 0 and 1 being the ends of what follows the recogniser’s beginning'),
    swapAt: fraction,
    scramble: z.literal(true).describe('Every letter and digit after the recogniser’s beginning made up, of the same class'),
    letters: z.enum(['upper', 'lower', 'swapped']),
    replace: z.record(z.string().length(1), z.string()),
    replaceFirst: z.strictObject({ find: z.string().min(1), with: z.string() }),
    insert: z.strictObject({ at: fraction, text: z.string() }),
    percentAt: fraction,
    scheme: z.string(),
    repeat: z.int().min(2).max(10),
    between: z.string(),
    prepend: z.string(),
    append: z.string(),
    padTo: count.describe('Characters; filled with zeros'),
    appendBytes: z.string().regex(/^([0-9a-f]{2})+$/).describe('Hexadecimal'),
  })
  .partial();

/** One of the ways of mutations.yaml. */
export type Change = z.infer<typeof CHANGE>;

/** What the proxy makes of every answer of the local system. */
const FAULT = z
  .strictObject({
    delay: duration.describe('Before the request is passed on'),
    drip: duration.describe('Between two bytes of the answer'),
    stall: z.literal(true).describe('Headers, and then nothing'),
    hangUp: z.literal(true).describe('The connection is closed instead of an answer'),
    cut: fraction.describe('The connection breaks after that part of the body'),
    truncate: fraction.describe('The body ends there, and says it is whole'),
    status: z.int().min(100).max(599),
    location: z.string(),
    body: z.string(),
    mediaType: z.string(),
    padTo: z.int().min(1).max(64 * 1024 * 1024).describe('Bytes; filled with spaces'),
    substitute: z.strictObject({ find: z.string().min(1), with: z.string() }),
  })
  .partial();

/** One of the ways of faults.yaml. */
export type Fault = z.infer<typeof FAULT>;

const by = z.enum(['code', 'document']);

/** What the kit does; every kind is one function of plays/. */
const PLAY = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('registration') }),
  z.strictObject({ kind: z.literal('golden'), by }),
  z.strictObject({ kind: z.literal('canaries') }),
  z.strictObject({ kind: z.literal('mutation'), change: CHANGE }),
  z.strictObject({ kind: z.literal('deadline'), offset: duration.optional() }),
  z.strictObject({ kind: z.literal('clock'), of: z.enum(['attestations', 'heartbeats']) }),
  z.strictObject({ kind: z.literal('hub-clock'), offset: duration }),
  z.strictObject({ kind: z.literal('repeat'), what: z.enum(['call', 'reply-key', 'code', 'burst']) }),
  z.strictObject({ kind: z.literal('resend'), ranges: z.enum(['all', 'last', 'beyond', 'nonsense']) }),
  z.strictObject({ kind: z.literal('stream-away') }),
  z.strictObject({ kind: z.literal('feed'), what: z.enum(['answered-is-published', 'contiguous', 'verified']) }),
  z.strictObject({ kind: z.literal('fault'), fault: FAULT, deadline: duration }),
  z.strictObject({ kind: z.literal('foreign-codes'), codes: z.array(z.string()), own: z.boolean().default(true) }),
  z.strictObject({ kind: z.literal('recognisers') }),
  z.strictObject({ kind: z.literal('stranger-call'), what: z.enum(['other-key', 'clear', 'other-province', 'other-subject']) }),
  z.strictObject({ kind: z.literal('nobody'), documents: z.array(z.string()).min(1) }),
  z.strictObject({ kind: z.literal('unknown-values'), by }),
  z.strictObject({ kind: z.literal('unknown-kind'), number: z.int() }),
  z.strictObject({ kind: z.literal('expired-codes') }),
]);

/** What the kit does for one check. */
export type Play = z.infer<typeof PLAY>;

/** Answers that are right. What is not listed is wrong. */
const ANSWER = z
  .strictObject({
    refusal: z.array(z.string().regex(/^[A-Z_]+$/)).describe('Codes of docs/error-codes.md'),
    availability: z.array(z.string()),
    same: z.boolean().describe('The same person and status as before the change'),
    status: z.boolean().describe('The status of the golden record'),
  })
  .partial();

/** Answers that are right for one check. */
export type Allowed = z.infer<typeof ANSWER>;

const words = z.string().min(1).max(512);
const SHARED = { group: z.enum(CONFORMANCE_GROUPS), sends: words, expects: words, advice: words, answer: ANSWER };

/** A file of checks: what its checks have in common, and the checks. */
export const CHECKS_FILE = z.strictObject({
  defaults: z.strictObject(SHARED).partial().optional(),
  checks: z
    .array(
      z.strictObject({
        ...z.strictObject(SHARED).partial().shape,
        id: z.string().regex(/^[a-z-]+\/[a-z0-9-]+$/).max(80),
        title: z.string().min(1).max(200),
        play: PLAY,
        last: z.boolean().optional().describe('Played after all other checks'),
      }),
    )
    .min(1),
});

/** suite.yaml. */
export const SUITE_FILE = z.strictObject({
  version: z.string().min(1).max(32),
  files: z.array(z.string().regex(/^[a-z-]+\.yaml$/)).min(1),
});
