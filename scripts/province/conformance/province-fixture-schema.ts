import { z } from 'zod';

const text = z.string().min(1).max(4096);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is not a short name of small letters, digits and "-"');
const refusal = z.string().regex(/^[A-Z_]+$/, 'is no code of docs/error-codes.md');

/** Members of the standard record that must be so; members that are not named may be anything. */
const RECORD = z
  .strictObject({
    status: z.enum(['00', '01', '10']).describe('"00" green, "01" yellow, "10" red; between quotes'),
    availability: z.enum(['pending', 'not-applied', 'no-such-person', 'unavailable', 'expired']).describe('Where there is no status'),
    reason: text,
    rule: z.strictObject({ id: text, version: text }),
    authority: text,
    evidence: z.enum(['self-declared', 'verified-source', 'laboratory', 'authority-decision']),
    original: z.strictObject({ system: text, field: text, value: z.string() }).partial(),
  })
  .partial()
  .refine((record) => (record.status === undefined) !== (record.availability === undefined), 'needs status, or availability, and not both');

/** What a golden record must come back as. */
export type GoldenRecord = z.infer<typeof RECORD>;

const GOLDEN = z
  .strictObject({
    name,
    record: RECORD,
    local: z
      .strictObject({ value: z.string(), fields: z.record(z.string(), z.string()).default({}) })
      .optional()
      .describe('What the local system is told to hold about the person, through the ports'),
    codes: z.array(text).min(1).optional().describe('Without ports: codes of the person, each of which may be scanned at any time'),
    document: z.strictObject({ type: text, number: text }).optional().describe('Without ports: the identity document'),
  })
  .refine(({ local, codes }) => (local === undefined) !== (codes === undefined), 'needs local (with ports), or codes (without), and not both');

/** One golden record. */
export type Golden = z.infer<typeof GOLDEN>;

/** conformance.yaml of a province. */
export const PROVINCE_FIXTURE = z
  .strictObject({
    format: z.literal(1),
    ports: z.boolean().default(true).describe('Whether the local system under test offers /stand-in/people, /codes and /status, by which people are put into a state'),
    golden: z.array(GOLDEN).min(3),
    unknownValues: z.array(z.string()).default([]).describe('Local statuses that nobody listed; set through the ports'),
    unknownAnswers: z
      .array(z.strictObject({ name, find: text, with: z.string() }))
      .default([])
      .describe('The same where there are no ports: the proxy puts the second text in place of the first into answers about a green person'),
    expired: z
      .strictObject({ ages: z.array(z.string().regex(/^[0-9]{1,6}(s|m|h|d)$/)).default([]), codes: z.array(text).default([]) })
      .describe('How long ago expired codes were issued, through the ports; or such codes'),
    foreignCodes: z.array(text).min(1).describe('Codes that resemble this province’s and are another system’s'),
    tolerated: z
      .array(z.strictObject({ check: text, refusal: z.array(refusal).min(1), why: z.string().min(10) }))
      .default([])
      .describe('Further refusals that are right for a check in this province, and why'),
  })
  .superRefine(({ golden, ports, unknownValues, unknownAnswers, expired }, context) => {
    for (const status of ['00', '01', '10'] as const) {
      if (!golden.some(({ record }) => record.status === status)) context.addIssue(`golden has no record of status "${status}"`);
    }
    if (new Set(golden.map((one) => one.name)).size < golden.length) context.addIssue('golden has two records of one name');
    if (new Set(unknownAnswers.map((one) => one.name)).size < unknownAnswers.length) context.addIssue('unknownAnswers has two of one name');
    if (golden.some(({ local }) => (local === undefined) === ports)) context.addIssue(ports ? 'with ports, every golden record says local' : 'without ports, every golden record says codes');
    if ((ports ? unknownValues.length : 0) + unknownAnswers.length === 0) context.addIssue('needs an unknown value: unknownValues (with ports) or unknownAnswers');
    if ((ports ? expired.ages.length : 0) + expired.codes.length === 0) context.addIssue('needs an expired code: expired.ages (with ports) or expired.codes');
  });

/** What the kit knows about one province. */
export type ProvinceFixture = z.infer<typeof PROVINCE_FIXTURE>;
