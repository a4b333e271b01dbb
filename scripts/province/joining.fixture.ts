import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createKeyRing, importProvinceKey, parseProvinceCode, verifyKeyVoucher, verifyPossessionProof, type ProvinceKey,
} from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { refusal, startFakeHub, type FakeHub } from '../access/fake-hub.fixture.js';
import { writeHome, type ProvinceHome } from './province-home.js';

const CODE = parseProvinceCode('460000');

/** What a fake hub remembers of the one province that joins it. */
export interface JoiningState {
  readonly tokens: Map<string, boolean>;
  readonly accepted: Map<string, ProvinceKey>;
  readonly events: string[];
  /** Conformance reports that were submitted. */
  readonly reports: string[];
  challenge: number;
  /** Keys of the adapter's last registration. */
  registered: readonly string[];
  state: v1.MembershipState;
  /** Whether two operators agree to whatever nobody vouches for. */
  hasTwoOperators: boolean;
  /** What the hub says comes next. */
  nextStep: string;
}

const PASSED = { outcome: v1.CheckOutcome.CHECK_OUTCOME_PASSED };

async function takeKeys(known: JoiningState, request: v1.SubmitKeysRequest): Promise<object> {
  if (request.challenge !== `challenge-of-the-hub-${String(known.challenge)}`) throw refusal('CHALLENGE_INVALID', 'unknown');
  known.challenge += 1;
  const keys: ProvinceKey[] = [];
  for (const { jwk, proof } of request.keys) {
    const key = await importProvinceKey(JSON.parse(jwk ?? ''), CODE);
    if (key.use === 'sig') await verifyPossessionProof(proof ?? '', key, request.challenge);
    keys.push(key);
  }
  if (known.accepted.size > 0) {
    if (request.voucher === '' && !known.hasTwoOperators) return { accepted: false, checks: [], pendingAction: 'action-1' };
    if (!known.hasTwoOperators) await verifyKeyVoucher(request.voucher, createKeyRing([...known.accepted.values()]), { province: CODE, challenge: request.challenge, kids: keys.map(({ kid }) => kid) });
  }
  for (const key of keys) known.accepted.set(key.kid, key);
  known.state = v1.MembershipState.MEMBERSHIP_STATE_KEYS_ACCEPTED;
  return { accepted: true, checks: keys.map((_, place) => ({ subject: `keys[${String(place)}]`, name: 'possession', ...PASSED })) };
}

/** A hub that one province of a test can join, with the checks that a hub makes of proofs and vouchers. */
export async function startJoiningHub(): Promise<{ readonly hub: FakeHub; readonly known: JoiningState }> {
  const known: JoiningState = { tokens: new Map([['good-token', false]]), accepted: new Map(), events: [], reports: [], challenge: 1, registered: [], hasTwoOperators: false, nextStep: '', state: v1.MembershipState.MEMBERSHIP_STATE_APPLIED };
  const hub = await startFakeHub(({ issue }) => ({
    Apply: async ({ token, certificateRequest }: v1.ApplyRequest) => {
      known.events.push('apply');
      if (!known.tokens.has(token)) throw refusal('ENROLMENT_TOKEN_REFUSED', 'not handed out');
      if (known.tokens.get(token) === true) throw refusal('ENROLMENT_TOKEN_USED', 'redeemed before');
      known.tokens.set(token, true);
      return { certificate: await issue(certificateRequest, `spiffe://health-code.internal/province/${CODE}`), checks: [{ subject: 'certificate_request', name: 'curve', ...PASSED }] };
    },
    GetMembership: (_request: never, caller) => {
      if (!caller.endsWith(`/province/${CODE}`)) throw refusal('CALLER_UNIDENTIFIED', 'another');
      return { province: CODE, state: known.state, stateSince: { seconds: 1, nanos: 0 }, nextStep: known.nextStep, acceptedKeys: [...known.accepted.keys()], natsUrl: 'nats://127.0.0.1:4222' };
    },
    GetChallenge: () => ({ challenge: `challenge-of-the-hub-${String(known.challenge)}` }),
    SubmitKeys: (request: v1.SubmitKeysRequest) => {
      known.events.push('submit-keys');
      return takeKeys(known, request);
    },
    RenewCertificate: async ({ certificateRequest }: v1.RenewCertificateRequest) => ({ certificate: await issue(certificateRequest, `spiffe://health-code.internal/province/${CODE}`), checks: [] }),
    RevokeOtherCertificates: () => ({ revoked: 1 }),
    SubmitConformance: ({ report }: v1.SubmitConformanceRequest) => {
      known.reports.push(report);
      return { badge: 'badge', expiresAt: { seconds: 2_000_000_000, nanos: 0 } };
    },
    RevokeKey: ({ kid }: v1.RevokeKeyRequest) => {
      known.accepted.delete(kid);
      return { affected: 3 };
    },
    IssueNatsUser: ({ publicKey }: v1.IssueNatsUserRequest) => ({ jwt: `jwt-of-${publicKey}`, expiresAt: { seconds: 2_000_000_000, nanos: 0 } }),
    ListProvinces: () => ({ provinces: [{ code: CODE, jwks: JSON.stringify({ keys: known.registered.map((kid) => ({ kid })) }) }, { code: '110000', standing: 'admitted' }, { code: '310000', standing: 'left' }] }),
    ProposePolicy: ({ policy }: v1.ProposePolicyRequest) => ({ policy: { ...policy, id: 'policy-1' } }),
  }));
  return { hub, known };
}

/** An empty home that knows where `hub` is. */
export const emptyHome = (hub: FakeHub): ProvinceHome =>
  writeHome(mkdtempSync(join(tmpdir(), 'health-code-home-')), { format: 1, province: CODE, hub: hub.address, enrolment: hub.enrolment }, hub.authority);
