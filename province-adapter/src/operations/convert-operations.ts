import type { v1 } from '@health-code/messages';
import type { PresentedStatement } from '../attest/attestor.js';
import { conversionOf, type ForeignAttestation } from '../attest/conversion.js';
import { isConverting } from '../attest/foreign-conversion-rule.js';
import type { Statement } from '../attest/statement.js';
import type { CallHandlers } from '../call/call-handlers.js';
import { AdapterError } from '../errors.js';
import type { ForeignStatement } from '../national-code-port.js';
import type { ProvinceProfile, Source } from '../province-system.js';
import { verifyForeignAttestation, type ForeignKeys } from './verify-foreign-attestation.js';

/** What it takes to convert. */
export interface ConvertTerms {
  readonly province: { readonly profile: Pick<ProvinceProfile, 'code' | 'mode'> };
  readonly keys: ForeignKeys;
  /** Where the outbox stands. */
  readonly position: () => number;
  /** What stands and serves. @throws AdapterError CONVERSION_CONTRADICTED */
  readonly findConverted: (conversion: Statement) => Promise<PresentedStatement | undefined>;
  /** @throws AdapterError CONVERSION_CONTRADICTED */
  readonly convert: (conversion: Statement, askedAt: number) => Promise<PresentedStatement>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

function toForeignStatement({ attestation, maskedName }: ForeignAttestation): ForeignStatement {
  const { subject, issuer, status, reason, since, expiresAt } = attestation;
  return { subjectReference: subject, issuer, status, reason, since, validUntil: expiresAt, ...(maskedName === undefined ? {} : { maskedName }) };
}

/** Larger texts are refused as no attestation; what is not Latin-1 is none either. */
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? new Uint8Array()).toString('latin1');

/** 转码, in provinces that convert: a verified foreign statement becomes one of this province, without another declaration. */
export function createConvertOperations(source: Pick<Source, 'operations'>, terms: ConvertTerms): Pick<CallHandlers, 'convertCode'> {
  const { code, mode } = terms.province.profile;
  return {
    async convertCode(request): Promise<v1.IConvertCodeReply> {
      if (!isConverting(mode)) throw new AdapterError('OPERATION_NOT_OFFERED', 'the province shares statements and converts none');
      const foreign = await verifyForeignAttestation(textOf(request.attestation), code, terms.keys, terms.now());
      const conversion = conversionOf(foreign, code);
      const { token, presentation } = (await terms.findConverted(conversion)) ?? (await accept(foreign, conversion));
      return { attestation: token, presentation, subjectReference: conversion.subject };
    },
  };

  /** The local system first: what it does not take over is not stated in its name. */
  async function accept(foreign: ForeignAttestation, conversion: Statement): Promise<PresentedStatement> {
    const askedAt = terms.position();
    await source.operations?.acceptForeignStatement?.(toForeignStatement(foreign));
    return terms.convert(conversion, askedAt);
  }
}
