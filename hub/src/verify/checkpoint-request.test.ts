import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { BATCH_MAX_CODES, parseCheckpoint, parseCodes, parseShown } from './checkpoint-request.js';

const context: v1.CheckpointContext.$Properties = { province: '110000', purpose: v1.Purpose.PURPOSE_TRAVEL };

function refusalOf(parse: () => unknown): readonly [string, readonly string[]] {
  try {
    parse();
  } catch (error) {
    if (error instanceof HubError) return [error.code, error.fieldViolations.map(({ field }) => field)];
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseCheckpoint', () => {
  it('reads a class that is not stated as a general place', () => {
    expect(parseCheckpoint(context)).toMatchObject({ province: '110000', checkpointClass: 'general', purpose: v1.Purpose.PURPOSE_TRAVEL });
  });

  it.each([
    ['no context', undefined, 'REQUEST_INVALID', ['context']],
    ['no purpose', { ...context, purpose: 0 }, 'PURPOSE_MISSING', ['context.purpose']],
    ['a purpose nobody listed', { ...context, purpose: 99 as v1.Purpose }, 'REQUEST_INVALID', ['context.purpose']],
    ['a class nobody listed', { ...context, checkpointClass: 99 as v1.CheckpointClass }, 'REQUEST_INVALID', ['context.checkpoint_class']],
    ['an unknown province', { ...context, province: '999999' }, 'PROVINCE_UNKNOWN', ['context.province']],
    ['a position without end', { ...context, position: 'x'.repeat(129) }, 'REQUEST_INVALID', ['context.position']],
    ['several of them, all reported', { organisation: 'x'.repeat(129) }, 'PROVINCE_UNKNOWN', ['context.province', 'context.purpose', 'context.organisation']],
  ] as const)('refuses %s', (_, bad, code, fields) => {
    expect(refusalOf(() => parseCheckpoint(bad))).toEqual([code, fields]);
  });
});

describe('parseCheckpoint, of a kind', () => {
  it('reads one that is not stated as a health status', () => {
    expect([undefined, null, 0, 1, 2].map((kind) => parseCheckpoint(context, kind).kind)).toEqual(['health-status', 'health-status', 'health-status', 'health-status', 'nucleic-acid-test']);
  });

  it('refuses that of canaries: they are asked about by their code', () => {
    expect(refusalOf(() => parseCheckpoint(context, v1.AttestationKind.ATTESTATION_KIND_CANARY))).toEqual(['REQUEST_INVALID', ['kind']]);
  });

  it('refuses one that nobody listed, with whatever else is wrong', () => {
    expect(refusalOf(() => parseCheckpoint(context, 99 as v1.AttestationKind))).toEqual(['REQUEST_INVALID', ['kind']]);
    expect(refusalOf(() => parseCheckpoint({ ...context, purpose: 0 }, 99 as v1.AttestationKind))).toEqual(['REQUEST_INVALID', ['kind', 'context.purpose']]);
  });
});

describe('parseShown', () => {
  it.each([
    ['nothing', {}, 'CODE_MISSING', 'code'],
    ['an empty code', { code: new Uint8Array() }, 'CODE_MISSING', 'code'],
    ['a wrong check digit', { identityDocument: { type: '01', number: '520199190001010010' } }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'identity_document.number'],
    ['a type of document nobody listed', { identityDocument: { type: '99', number: '1' } }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED', 'identity_document.type'],
    ['an unknown home province', { identityDocument: { type: '03', number: 'E12345678', homeProvince: '999999' } }, 'PROVINCE_UNKNOWN', 'identity_document.home_province'],
  ] as const)('refuses %s', (_, request, code, field) => {
    expect(refusalOf(() => parseShown(request))).toEqual([code, [field]]);
  });

  it('keeps a home province that is given, and guesses none', () => {
    const shown = { type: '03', number: 'E12345678' };
    expect(parseShown({ identityDocument: { ...shown, homeProvince: '510000' } })).toMatchObject({ homeProvince: '510000' });
    expect(parseShown({ identityDocument: { ...shown, homeProvince: '' } })).not.toHaveProperty('homeProvince');
  });
});

describe('parseCodes', () => {
  it('refuses a batch of more than 1024 codes', () => {
    const codes = Array.from({ length: BATCH_MAX_CODES + 1 }, () => new Uint8Array(1));
    expect(refusalOf(() => parseCodes(codes))).toEqual(['BATCH_TOO_LARGE', ['codes']]);
    expect(parseCodes(codes.slice(1))).toHaveLength(BATCH_MAX_CODES);
  });
});
