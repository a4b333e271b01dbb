import { stripVTControlCharacters } from 'node:util';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { commandOf, nextInWords } from './membership.js';
import type { HomeFiles } from './province-home.js';
import { printStatus, statusObject } from './status.js';

const NOW = 1_700_000_000;
const FILES = { certificate: '/no/such/client.crt', nextCertificate: '/no/such/client.next.crt', natsCreds: '/no/such/nats.creds' } as HomeFiles;
const { MEMBERSHIP_STATE_ADMITTED, MEMBERSHIP_STATE_APPLIED } = v1.MembershipState;

const MEMBERSHIP: v1.IGetMembershipResponse = {
  province: '460000', state: MEMBERSHIP_STATE_ADMITTED, stateSince: { seconds: NOW - 7200, nanos: 0 }, nextStep: '', acceptedKeys: ['kid-1'], badge: 'a.b.c',
  expiries: [{ province: '460000', kind: 'certificate', id: '01ab', expiresAt: { seconds: NOW + 3 * 86_400, nanos: 0 } }],
  events: [{ id: 3, province: '460000', at: { seconds: NOW - 60, nanos: 0 }, name: 'province.admitted', actor: 'spiffe://health-code.internal/operator/a', detail: 'keys accepted' }],
};

describe('printStatus', () => {
  const text = stripVTControlCharacters(printStatus(MEMBERSHIP, FILES, NOW));

  it('says state, expiries and events with their age', () => {
    expect(text).toContain('460000 hainan 海南: admitted 已接纳, since 2023-11-14T20:13:20Z (2 h ago)\nNext: Nothing.');
    expect(text).toContain('in 3 d  2023-11-17T22:13:20Z  certificate  01ab');
    expect(text).toContain('province.admitted  spiffe://health-code.internal/operator/a  keys accepted');
  });

  it('names every file, and those of an exchange only while it is under way', () => {
    expect(text).toContain('–  /no/such/client.crt');
    expect(text).not.toContain('client.next.crt');
  });

  it('says that there is nothing where there is nothing', () => {
    expect(printStatus({ province: '460000', state: MEMBERSHIP_STATE_APPLIED }, FILES, NOW)).toMatch(/What ends\n {2}nothing\n\nAccepted keys\n {2}none\n\nEvents\n {2}none/);
  });
});

it('statusObject says the same by name, without files that are not there', () => {
  expect(statusObject(MEMBERSHIP, { directory: '/no/such', files: FILES })).toMatchObject({ state: 'admitted', expiries: [{ kind: 'certificate', expiresAt: '2023-11-17T22:13:20Z' }], files: {}, home: '/no/such' });
});

describe('the next command', () => {
  const next = (state: v1.MembershipState, nextStep: string, hasCredentials = false): string => commandOf({ state, nextStep }, hasCredentials);

  it('follows the state, and the hub’s sentence where the state alone does not say', () => {
    expect(next(MEMBERSHIP_STATE_APPLIED, 'Submit keys')).toBe('npm run province -- keys');
    expect(next(MEMBERSHIP_STATE_ADMITTED, 'Get a NATS user and start the adapter.')).toBe('npm run province -- credentials');
    expect(next(MEMBERSHIP_STATE_ADMITTED, 'Get a NATS user and start the adapter.', true)).toBe('npm run province -- run');
    expect(next(MEMBERSHIP_STATE_ADMITTED, 'The badge has ended: run the conformance kit again.')).toBe('npm run province -- conformance');
  });

  it('is none where the province has to wait', () => {
    expect(nextInWords({ state: v1.MembershipState.MEMBERSHIP_STATE_CONFORMANCE_PASSED, nextStep: 'Wait for an operator to admit the province.' }, false)).toBe('Wait for an operator to admit the province.');
    expect(nextInWords({ state: MEMBERSHIP_STATE_ADMITTED, nextStep: '' }, true)).toBe('Nothing.');
  });
});
