import fc from 'fast-check';
import { NOW } from './attestation.fixture.js';
import { ATTESTATION_KINDS } from './attestation-kind.js';
import { REASON_NOT_STATED } from './health-status.js';
import { KIND_TABLE } from './kind-table.js';
import type { SourceFacts, VerdictFacts } from './verdict.js';
import { CHECKPOINT_CLASSES } from './verdict-policy.js';

/** Seconds. */
export const HOUR = 3_600;
/** Seconds. */
export const DAY = 24 * HOUR;

/** A green that is known now and lasts a day. */
export const facts = (changes: Partial<VerdictFacts> = {}): VerdictFacts => ({
  kind: 'health-status',
  standing: 'admitted',
  source: undefined,
  superseded: false,
  suspended: false,
  conflict: false,
  ruleRegistered: true,
  keyRevoked: false,
  status: '00',
  reason: REASON_NOT_STATED,
  since: NOW - HOUR,
  expiresAt: NOW + DAY,
  knownAt: NOW,
  ...changes,
});

/** An expiry within 60 days around, or none that is one. */
export const anyExpiry = fc.oneof(fc.integer({ min: NOW - 60 * DAY, max: NOW + 60 * DAY }), fc.constant(Number.NaN));
/** A time of the last 60 days or of tomorrow, or none that is one. */
export const anyTime = fc.oneof(fc.integer({ min: NOW - 60 * DAY, max: NOW + DAY }), fc.constant(Number.NaN));
/** Any standing of a province. */
export const anyStanding = fc.constantFrom('admitted', 'suspended', 'none');

/** A source that stands. */
export const source = (changes: Partial<SourceFacts> = {}): SourceFacts => ({ keyRevoked: false, standing: 'admitted', superseded: false, suspended: false, knownAt: NOW, expiresAt: NOW + DAY, ...changes });

/** Whatever can be known of attestations of these kinds. */
export const factsOf = (...kinds: readonly (typeof ATTESTATION_KINDS)[number][]): fc.Arbitrary<VerdictFacts> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    standing: anyStanding,
    source: fc.option(fc.record({ standing: anyStanding, superseded: fc.boolean(), suspended: fc.boolean(), knownAt: anyTime, expiresAt: anyExpiry, keyRevoked: fc.boolean() }), { nil: undefined }),
    superseded: fc.boolean(),
    suspended: fc.boolean(),
    conflict: fc.boolean(),
    ruleRegistered: fc.boolean(),
    keyRevoked: fc.boolean(),
    // Also a value of another kind's table: what a caller without types could hand in.
    status: fc.constantFrom(...ATTESTATION_KINDS.flatMap((kind) => KIND_TABLE[kind].values)),
    reason: fc.constantFrom(REASON_NOT_STATED, 'CLOSE_CONTACT', ''),
    since: anyTime,
    expiresAt: anyExpiry,
    knownAt: anyTime,
  });

/** Whatever can be known of any attestation. */
export const anyFacts = factsOf(...ATTESTATION_KINDS);

/** Any class. */
export const anyCheckpoint = fc.constantFrom(...CHECKPOINT_CLASSES);
