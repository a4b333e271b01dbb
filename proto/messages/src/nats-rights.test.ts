import { describe, expect, it } from 'vitest';
import { natsUserLimits, provinceRights } from './nats-rights.js';

describe('natsUserLimits', () => {
  it('says the rights of a province, and that it answers once and within a minute', () => {
    expect(natsUserLimits(provinceRights('520000'))).toEqual({
      pub: { allow: ['attestation.520000', 'status-list.520000'] },
      sub: { allow: ['province.520000.call', 'province.520000.resend', 'province.520000.status-list', '_INBOX.520000.>'] },
      resp: { max: 1, ttl: 60_000_000_000 },
    });
  });

  it('denies everything where nothing is allowed, which an empty list would allow', () => {
    expect(natsUserLimits({ publish: [], subscribe: [], answers: false })).toEqual({ pub: { deny: ['>'] }, sub: { deny: ['>'] } });
  });
});
