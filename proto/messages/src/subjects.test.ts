import { describe, expect, it } from 'vitest';
import { attestationSubject, callSubject, inboxPrefix, resendSubject } from './subjects.js';

describe('NATS subjects', () => {
  it('name the province by its GB/T 2260 code and nothing personal', () => {
    expect([attestationSubject('520000'), callSubject('520000'), resendSubject('520000'), inboxPrefix('520000')]).toEqual(
      ['attestation.520000', 'province.520000.call', 'province.520000.resend', '_INBOX.520000'],
    );
  });
});
