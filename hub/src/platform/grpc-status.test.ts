import { status } from '@grpc/grpc-js';
import { AttestationError } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { ERROR_CODES, isFault, statusOf, VIOLATIONS_TOLD } from './grpc-status.js';
import { decodeRichError, type RichError } from './rich-error.js';

function detailsOf(error: unknown): RichError {
  const [bytes] = statusOf(error).metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Buffer)) throw new Error('no details');
  return decodeRichError(bytes);
}

describe('statusOf', () => {
  it('gives every code a status that is an error, with the code as the reason', () => {
    for (const code of ERROR_CODES) {
      const error = new HubError(code, 'sentence');
      expect(statusOf(error).code, code).not.toBe(status.OK);
      expect(statusOf(error).code, code).not.toBe(status.UNKNOWN);
      expect(detailsOf(error), code).toMatchObject({ code: statusOf(error).code, reason: code });
    }
  });

  it('carries the refused fields', () => {
    const fieldViolations = [{ field: 'context.purpose', description: 'is missing' }];
    expect(detailsOf(new HubError('PURPOSE_MISSING', 'no purpose', { fieldViolations })).fieldViolations).toEqual(fieldViolations);
  });

  it('names as many fields as trailers hold, in sentence and list alike, and counts the rest', () => {
    const fieldViolations = Array.from({ length: 1000 }, (_, at) => ({ field: `levels[${String(at)}].effective_from`, description: 'x'.repeat(500) }));
    const error = new HubError('REQUEST_INVALID', fieldViolations.map(({ field }) => field).join(), { fieldViolations });
    const told = detailsOf(error);
    expect(told.fieldViolations.map(({ field }) => field)).toEqual(fieldViolations.slice(0, VIOLATIONS_TOLD).map(({ field }) => field));
    for (const text of [told.message, statusOf(error).details]) {
      expect(text).toContain('levels[31].effective_from');
      expect(text).not.toContain('levels[32]');
      expect(text).toContain('968 more');
    }
  });

  it("carries a province's own code", () => {
    const error = new HubError('ADAPTER_REFUSED', 'refused', { provinceErrorCode: 'LOCAL_CODE_EXPIRED' });
    expect(detailsOf(error).metadata).toEqual({ province_error_code: 'LOCAL_CODE_EXPIRED' });
  });

  it('passes on the codes of the attestation package', () => {
    const error = new AttestationError('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'check digit');
    expect(statusOf(error).code).toBe(status.INVALID_ARGUMENT);
    expect(detailsOf(error).reason).toBe('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID');
  });

  it('says nothing of what an unexpected error says', () => {
    const told = statusOf(new Error('duplicate key (测试甲)'));
    expect(told.code).toBe(status.INTERNAL);
    expect(told.details).not.toContain('测试甲');
  });

  it('tells a database that is away from a fault', () => {
    const lost = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const error of [lost, new Error('query', { cause: lost }), new AggregateError([lost]), new Error('Connection terminated unexpectedly')]) {
      expect(statusOf(error).code).toBe(status.UNAVAILABLE);
    }
    expect(statusOf(Object.assign(new Error('syntax'), { code: '42601' })).code).toBe(status.INTERNAL);
  });
});

describe('isFault', () => {
  it('holds for what nobody expected, and for no refusal', () => {
    expect(isFault(new TypeError('x'))).toBe(true);
    expect(isFault('x')).toBe(true);
    expect(isFault(new HubError('INTERNAL', 'x'))).toBe(true);
    expect(isFault(new HubError('CODE_UNKNOWN', 'x'))).toBe(false);
    expect(isFault(new AttestationError('ATTESTATION_MALFORMED', 'x'))).toBe(false);
  });
});
