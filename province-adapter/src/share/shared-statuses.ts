import { getProvince, type HealthStatus, type IdentityDocument, type ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { verifyForeignAttestation, type ForeignKeys } from '../operations/verify-foreign-attestation.js';
import type { ResolveReference } from '../person/resolve-subject.js';

/** What another province states about a person, for a local code to take in. Times in seconds since the epoch. */
export interface SharedStatus {
  /** GB/T 2260 code of the province that states it. */
  readonly issuer: ProvinceCode;
  readonly issuerName: string;
  readonly status: HealthStatus;
  readonly since: number;
  readonly validUntil: number;
  readonly reason: string;
  /** Local system that states it, for example `beijing-jiankangbao`. */
  readonly system: string;
}

/** What it takes to share. */
export interface ShareTerms {
  readonly province: { readonly profile: { readonly code: ProvinceCode } };
  readonly resolve: ResolveReference;
  readonly keys: ForeignKeys;
  /** Current statements of other provinces about a person's status, unverified. @throws AdapterError HUB_UNREACHABLE, REGISTRATION_REFUSED */
  readonly listForeignStatements: (subjectReference: string) => Promise<readonly string[]>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** What is stated, and why anything else was left out. */
export interface SharedStatuses {
  readonly statuses: readonly SharedStatus[];
  /** Codes of what did not verify: the hub verified it once, so that this is a fault somewhere. */
  readonly refused: readonly string[];
}

/**
 * Left out without a word: withdrawn, or run out on the way. The hub lists no conversion: its source is listed as its own
 * issuer's, or is not yet known.
 */
const ORDINARY: readonly string[] = ['CONVERSION_SOURCE_UNSUITABLE', 'CONVERSION_SOURCE_EXPIRED'];

/**
 * 数据共享: what other provinces state about a person, each verified here by its issuer's key.
 *
 * @throws AdapterError HUB_UNREACHABLE, REGISTRATION_REFUSED
 */
export async function findSharedStatuses(document: IdentityDocument, terms: ShareTerms): Promise<SharedStatuses> {
  const subject = await terms.resolve(document);
  const statuses: SharedStatus[] = [];
  const refused: string[] = [];
  for (const token of await terms.listForeignStatements(subject)) {
    try {
      statuses.push(await readStatement(token, subject, terms));
    } catch (cause) {
      if (!(cause instanceof AdapterError) || cause.code === 'HUB_UNREACHABLE') throw cause;
      if (!ORDINARY.includes(cause.code)) refused.push(cause.code);
    }
  }
  return { statuses, refused };
}

async function readStatement(token: string, subject: string, { province, keys, now }: ShareTerms): Promise<SharedStatus> {
  const { attestation } = await verifyForeignAttestation(token, province.profile.code, keys, now());
  if (attestation.subject !== subject) throw new AdapterError('CONVERSION_SOURCE_INVALID', 'the statement is about another person');
  const { issuer, status, since, expiresAt, reason, original } = attestation;
  return { issuer, issuerName: getProvince(issuer).name, status, since, validUntil: expiresAt, reason, system: original.system };
}
