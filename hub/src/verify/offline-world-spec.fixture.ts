import { ATTESTATION_KINDS, CHECKPOINT_CLASSES } from '@health-code/attestation';
import fc from 'fast-check';

/** Seconds since the epoch in every world. */
export const NOW = 1_700_000_000;

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Ages around every limit of every class, and any other. */
const age = fc.oneof(
  fc.constantFrom(0, 1, 119, 120, 121, 12 * HOUR, 12 * HOUR + 1, DAY, DAY + 1, 2 * DAY, 2 * DAY + 1, 3 * DAY, 7 * DAY, 7 * DAY + 1),
  fc.integer({ min: 0, max: 2 * HOUR }),
  fc.integer({ min: 0, max: 10 * DAY }),
);

const rarely = fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0);
const mostly = rarely.map((drawn) => !drawn);

const province = fc.record({
  standing: fc.constantFrom('admitted' as const, 'admitted' as const, 'admitted' as const, 'admitted' as const, 'suspended' as const, 'left' as const),
  oldKey: fc.constantFrom('plain' as const, 'plain' as const, 'revoked' as const, 'ended' as const, 'ending' as const),
  oldKeyAge: age.map((seconds) => seconds + 1),
  /** Since the feed was confirmed; never, where absent. */
  feedAge: fc.option(age, { nil: undefined }),
  hasList: mostly,
  /** Since the list was signed. */
  listAge: age,
  /** For how long what has expired stays in the list. */
  listLag: fc.constantFrom(0, 60, DAY),
  /** Of the first statement: its later ones may lie beyond a list of 8192 entries. */
  firstSequence: fc.constantFrom(1, 1, 1, 8188),
});

const statement = fc.record({
  issuer: fc.integer({ min: 0, max: 2 }),
  subject: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom(...ATTESTATION_KINDS, 'health-status' as const, 'health-status' as const),
  status: fc.constantFrom(0, 0, 0, 1, 2, 3),
  /** Which of two reasons and local values. */
  words: fc.constantFrom(0, 0, 0, 1),
  isRuled: mostly,
  age: fc.oneof({ weight: 9, arbitrary: age }, { weight: 1, arbitrary: fc.constantFrom(-60, -120, -121, -DAY) }),
  life: fc.oneof(fc.constantFrom(1, HOUR, DAY), fc.integer({ min: 1, max: 31 * DAY })),
  key: fc.constantFrom('old' as const, 'new' as const, 'new' as const),
  isHeld: mostly,
  /** With a revoked key: after the revocation, whatever it is dated. */
  cameLate: fc.boolean(),
  convertedFrom: fc.option(fc.nat(), { nil: undefined }),
  isMisstated: rarely,
  isOfAnother: rarely,
  outlives: rarely,
  isDisclosed: fc.boolean(),
  isSuspended: rarely,
  isEquivocated: rarely,
});

const policy = fc.record({ receiver: fc.integer({ min: 0, max: 2 }), issuer: fc.integer({ min: 0, max: 2 }), isOver: rarely });

/** A hub of whose provinces none is admitted publishes no package. */
const provinces = fc.tuple(province, province, province).filter((all) => all.some(({ standing }) => standing === 'admitted'));

/** A state of the country: what happened, in the order in which it did. */
export const worldSpec = fc.record({
  provinces,
  statements: fc.array(statement, { minLength: 1, maxLength: 14 }),
  policies: fc.array(policy, { maxLength: 2 }),
  /** Two provinces claim the same local codes. */
  isAmbiguous: rarely,
  /** The hub took everything in in reverse order. */
  isReversed: rarely,
  receiver: fc.integer({ min: 0, max: 2 }),
  checkpointClass: fc.constantFrom(...CHECKPOINT_CLASSES),
});

/** One of {@link worldSpec}. */
export type WorldSpec = typeof worldSpec extends fc.Arbitrary<infer Spec> ? Spec : never;

/** One of its provinces. */
export type ProvinceSpec = WorldSpec['provinces'][number];

/** One of its statements. */
export type StatementSpec = WorldSpec['statements'][number];
