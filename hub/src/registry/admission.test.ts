import { createHash } from 'node:crypto';
import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { verifyEnrolment, type AdmittedProvince } from './admission.js';

const admit = (code: string, token: string): AdmittedProvince => ({
  code: parseProvinceCode(code),
  standing: 'admitted',
  enrolmentTokenSha256: createHash('sha256').update(token).digest(),
});

const ADMITTED = [admit('520000', 'guizhou-token'), admit('110000', 'beijing-token')];

describe('verifyEnrolment', () => {
  it('finds the province whose token it is', () => {
    expect(verifyEnrolment('Bearer beijing-token', ADMITTED).code).toBe('110000');
    expect(verifyEnrolment('bearer guizhou-token', ADMITTED).code).toBe('520000');
  });

  it('refuses everything else', () => {
    const headers = [undefined, '', 'Bearer', 'Bearer ', 'Bearer other', 'guizhou-token', 'Basic guizhou-token', 'Bearer guizhou-token x', 'Bearer guizhou-token,'];
    for (const header of headers) {
      expect(() => verifyEnrolment(header, ADMITTED), header).toThrow(expect.objectContaining({ code: 'ENROLMENT_REFUSED' }));
    }
  });

  it('refuses an empty token even where its digest is admitted', () => {
    expect(() => verifyEnrolment(undefined, [admit('520000', '')])).toThrow(expect.objectContaining({ code: 'ENROLMENT_REFUSED' }));
  });
});
