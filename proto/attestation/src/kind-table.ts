import type { Attestation, AttestationByKind } from './attestation.js';
import type { AttestationKind } from './attestation-kind.js';
import { CANARY_CLAIMS, HEALTH_STATUS_CLAIMS, NUCLEIC_ACID_TEST_CLAIMS, type KindClaims } from './kind-claims.js';
import { CANARY_POLICY, HEALTH_STATUS_POLICY, NUCLEIC_ACID_TEST_POLICY, type Advice, type AdviceWithoutColour, type KindPolicy } from './verdict-policy.js';

type ValueOf<Kind extends AttestationKind> = AttestationByKind[Kind]['status'];

/** A kind of attestation: what may be stated, how it stands in the token, how it is judged. Only a colour can be advised to pass. */
type KindEntry<Kind extends AttestationKind> = Pick<KindClaims<ValueOf<Kind>, never, never>, 'values' | 'isConvertible'> & {
  readonly own?: object;
  readonly policy: KindPolicy<Exclude<ValueOf<Kind>, 'none'>, Kind extends 'health-status' ? Advice : AdviceWithoutColour>;
};

/**
 * Every kind, in one entry each: parsing, signing, verdicts and the hub's index go by this table, and know no kind by its
 * name but the colour. A kind without an entry does not compile.
 */
export const KIND_TABLE = {
  'health-status': { ...HEALTH_STATUS_CLAIMS, policy: HEALTH_STATUS_POLICY },
  'nucleic-acid-test': { ...NUCLEIC_ACID_TEST_CLAIMS, policy: NUCLEIC_ACID_TEST_POLICY },
  canary: { ...CANARY_CLAIMS, policy: CANARY_POLICY },
} as const satisfies { readonly [Kind in Attestation['kind']]: KindEntry<Kind> };
