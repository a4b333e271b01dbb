import { channel } from 'node:diagnostics_channel';
import { spiffeId } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { REFUSED_CALLERS, type RefusedCaller } from '../identity/guard.js';
import { CallerRefusals } from './caller-refusals.consumer.js';
import type { NewMembershipEvent } from './membership-events.js';

const GUIZHOU = spiffeId({ role: 'province', province: '520000' });
const GATE = spiffeId({ role: 'checkpoint', province: '520000', name: 'gate' });

function heardBy(...refusals: readonly (RefusedCaller & { readonly at?: number })[]) {
  const written: NewMembershipEvent[] = [];
  let at = 0;
  const listener = new CallerRefusals({
    recordRefusal: (event) => { written.push(event); return Promise.resolve(); },
    logger: { warn: () => undefined },
    trustDomain: 'health-code.internal',
    now: () => at,
  });
  listener.start();
  for (const refusal of refusals) {
    at = refusal.at ?? at;
    channel(REFUSED_CALLERS).publish(refusal);
  }
  return listener.stop().then(() => written);
}

describe('CallerRefusals', () => {
  it('writes down who showed a certificate for what it is not good for', async () => {
    expect(await heardBy({ code: 'CALLER_PROVINCE_MISMATCH', path: 'context.province', id: GATE })).toEqual([
      { province: '520000', name: 'caller.refused', actor: GATE, detail: 'CALLER_PROVINCE_MISMATCH: context.province' },
    ]);
  });

  it('writes one caller and code down once an hour, so that whoever knocks on leaves room for others', async () => {
    const refusal = { code: 'CERTIFICATE_REVOKED', path: '/a', id: GATE };
    const written = await heardBy({ ...refusal, at: 0 }, { ...refusal, at: 3_599_999 }, { ...refusal, id: GUIZHOU, at: 3_599_999 }, { ...refusal, code: 'CALLER_NOT_ALLOWED', at: 3_599_999 }, { ...refusal, at: 3_600_000 });
    expect(written.map(({ actor, detail }) => [actor, detail])).toEqual([
      [GATE, 'CERTIFICATE_REVOKED: /a'],
      [GUIZHOU, 'CERTIFICATE_REVOKED: /a'],
      [GATE, 'CALLER_NOT_ALLOWED: /a'],
      [GATE, 'CERTIFICATE_REVOKED: /a'],
    ]);
  });

  it('passes over what happens every day, and who is no member', async () => {
    expect(await heardBy(
      { code: 'RATE_LIMIT_EXCEEDED', path: '/a', id: GATE },
      { code: 'MEMBERSHIP_STATE_INVALID', path: '/a', id: GUIZHOU },
      { code: 'CALLER_NOT_ALLOWED', path: '/a', id: spiffeId({ role: 'operator', name: 'a' }) },
      { code: 'CALLER_NOT_ALLOWED', path: '/a' },
    )).toEqual([]);
  });
});
