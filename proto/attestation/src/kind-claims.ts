import { z } from 'zod';

import { CLOCK_TOLERANCE_SECONDS, type AttestationByKind } from './attestation.js';
import type { AttestationKind } from './attestation-kind.js';
import { ATTESTED_STATUSES } from './health-status.js';
import { ATTESTED_TEST_RESULTS, TEST_METHODS, type TestCircumstances } from './test-result.js';

/** The claims of a token that a rule over several of them looks at, by their names on the wire. */
interface RuledClaims {
  readonly code: string;
  readonly iat: number;
  readonly since: number;
}

/** What only attestations of one kind state, in both its forms. */
interface OwnClaims<Shape extends z.ZodRawShape, Own> {
  /** As it stands in the token; every object in it strict. */
  readonly shape: Shape;
  /** To the names on the wire, in the one order of members; what is absent stays absent. */
  toWire(own: Own): z.output<z.ZodObject<Shape>>;
  /** From the names on the wire; checks nothing. */
  fromWire(claims: z.output<z.ZodObject<Shape>>): Own;
  /** Rules over more than one claim: the claim that is reported, and whether the rule is broken. */
  readonly rules: readonly (readonly [string, (claims: RuledClaims & z.output<z.ZodObject<Shape>>) => boolean])[];
}

/** How one kind stands in the token. */
interface KindClaims<Kind extends AttestationKind, Shape extends z.ZodRawShape, Own> {
  /** The closed table of what may be stated, `none` included. Claim `code`. */
  readonly values: readonly AttestationByKind[Kind]['status'][];
  /** Absent where the kind states nothing beside what all state. */
  readonly own?: OwnClaims<Shape, Own>;
}

const TEST_SHAPE = {
  test: z
    .strictObject({
      rep: z.int().min(0),
      mth: z.enum(TEST_METHODS),
      // GB/T 2260 or GB 32100: a code names a laboratory; a free text could name a person.
      lab: z.string().regex(/^(?:[0-9]{6}|[0-9A-HJ-NP-RTUW-Y]{18})?$/),
    })
    .optional(),
};

const HEALTH_STATUS: KindClaims<'health-status', Record<never, never>, object> = { values: ATTESTED_STATUSES };

const NUCLEIC_ACID_TEST: KindClaims<'nucleic-acid-test', typeof TEST_SHAPE, { readonly test?: TestCircumstances }> = {
  values: ATTESTED_TEST_RESULTS,
  own: {
    shape: TEST_SHAPE,
    toWire: ({ test }) => (test === undefined ? {} : { test: { rep: test.reportedAt, mth: test.method, lab: test.laboratory } }),
    fromWire: ({ test }) => (test === undefined ? {} : { test: { reportedAt: test.rep, method: test.mth, laboratory: test.lab } }),
    rules: [
      ['test', ({ code, test }) => (code === 'none') !== (test === undefined)],
      ['test.rep', ({ since, iat, test }) => test !== undefined && (test.rep < since || test.rep > iat + CLOCK_TOLERANCE_SECONDS)],
    ],
  },
};

/** Every kind's place in the token. A kind that is not listed here does not parse. */
export const KIND_CLAIMS = {
  'health-status': HEALTH_STATUS,
  'nucleic-acid-test': NUCLEIC_ACID_TEST,
} as const;
