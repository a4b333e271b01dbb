import { z } from 'zod';

import { CLOCK_TOLERANCE_SECONDS } from './attestation.js';
import { ATTESTED_CANARY_VALUES, type AttestedCanaryValue } from './canary.js';
import { ATTESTED_STATUSES, type AttestedStatus } from './health-status.js';
import { ATTESTED_TEST_RESULTS, TEST_METHODS, type AttestedTestResult, type TestCircumstances } from './test-result.js';

/** The claims of a token that a rule over several of them looks at, by their names on the wire. */
interface RuledClaims {
  readonly code: string;
  readonly iat: number;
  readonly since: number;
}

/** What only attestations of one kind state, in both its forms. */
export interface OwnClaims<Shape extends z.ZodRawShape, Own> {
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
export interface KindClaims<Value extends string, Shape extends z.ZodRawShape, Own> {
  /** The closed table of what may be stated, `none` included. Claim `code`. */
  readonly values: readonly Value[];
  /** Whether a province may state it anew from what another stated (转码): claim `src` is refused where it may not. */
  readonly isConvertible: boolean;
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

/** A colour and its reason are all: nothing beside what every kind states. */
export const HEALTH_STATUS_CLAIMS: KindClaims<AttestedStatus, z.ZodRawShape, unknown> = { values: ATTESTED_STATUSES, isConvertible: true };

/** `since` is when the sample was taken; it is reported later, and by then the report is known to the issuer. */
export const NUCLEIC_ACID_TEST_CLAIMS: KindClaims<AttestedTestResult, typeof TEST_SHAPE, { readonly test?: TestCircumstances }> = {
  values: ATTESTED_TEST_RESULTS,
  // A test is what it is wherever it is shown: nothing is gained by stating it anew, and its laboratory is not the one who does.
  isConvertible: false,
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

/** A played colour is all. Nobody's statement is made from one. */
export const CANARY_CLAIMS: KindClaims<AttestedCanaryValue, z.ZodRawShape, unknown> = { values: ATTESTED_CANARY_VALUES, isConvertible: false };
