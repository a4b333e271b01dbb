import type { Attestation, HealthStatus, HealthStatusAttestation, ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { isStillGood, saysTheSame } from './attest.js';
import { foreignConversionRule } from './foreign-conversion-rule.js';
import type { Statement } from './statement.js';

/** What another province states about a person: verified, and fit to be taken over. */
export interface ForeignAttestation {
  readonly attestation: HealthStatusAttestation & { readonly status: HealthStatus };
  /** 脱敏姓名, where the holder disclosed it. */
  readonly maskedName?: string;
}

/** 转码: the statement of province `code` made from a foreign one. It ends no later than its source, and says how old that is. */
export function conversionOf({ attestation, maskedName }: ForeignAttestation, code: ProvinceCode): Statement {
  const { subject, kind, status, since, reason, authority, evidence, original, issuer, sequence, issuedAt, expiresAt } = attestation;
  const { id, version } = foreignConversionRule(code);
  return {
    subject,
    record: { kind, status, since, reason, rule: { id, version }, authority, evidence, original, source: { issuer, sequence, issuedAt }, validUntil: expiresAt },
    ...(maskedName === undefined ? {} : { maskedName }),
  };
}

const contradicted = (why: string): AdapterError => new AdapterError('CONVERSION_CONTRADICTED', why);

/**
 * Whether what stands about the person serves for a conversion, so that none is made: the province's own word for the same
 * colour, or the same conversion.
 *
 * @param askedAt where the outbox stood before the local system was told of the conversion: what it states of the person
 * since is an echo of it
 * @param now seconds since the epoch
 * @throws AdapterError `CONVERSION_CONTRADICTED` where the province itself states another colour, or has taken over a later
 * statement of the same issuer
 */
export function servesConversion(standing: Attestation, conversion: Statement, askedAt: number, now: number): boolean {
  if (standing.status === 'none' || standing.expiresAt <= now) return false;
  const { record, maskedName } = conversion;
  if (standing.source === undefined) {
    if (standing.status !== record.status) throw contradicted('the province itself states another colour');
    return standing.sequence <= askedAt;
  }
  if (standing.source.issuer === record.source?.issuer && standing.source.sequence > record.source.sequence) {
    throw contradicted('a later statement of the same province was converted');
  }
  // The name only the holder shows is of use at a checkpoint without a network: it is taken in once it is known.
  if (maskedName !== undefined && standing.disclosureDigests.length === 0) return false;
  // Made anew it would not last longer.
  const isFinal = saysTheSame(standing, record) && standing.expiresAt === record.validUntil;
  return isFinal || isStillGood(standing, conversion, now);
}
