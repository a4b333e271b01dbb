import { createKeyRing, importProvinceKey, verifyKeyVoucher, type ProvinceCode, type ProvinceKeyRing } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { checkKeys, type CheckedKey, type KeyHolder } from './check-key.js';
import { failuresOf, type Check } from './check.js';
import type { CallingMember, MemberGovernance } from './member-governance.js';
import { nextState, type Standpoint } from './members.js';
import type { NewMembershipEvent } from './membership-events.js';

/** Where members stand, and what was accepted of them. */
export interface KeyAcceptance {
  findState(province: ProvinceCode): Promise<Standpoint>;
  /** Public JWKs of keys that were accepted and are in use or may be. */
  listAcceptedJwks(province: ProvinceCode): Promise<readonly object[]>;
  /** @throws HubError MEMBERSHIP_STATE_INVALID where keys were accepted meanwhile, KEY_NOT_ACCEPTED where one was taken */
  acceptFirst(member: CallingMember, keys: readonly CheckedKey[]): Promise<void>;
  /** @param acceptedBy the kid that vouched */
  acceptVouched(member: CallingMember, keys: readonly CheckedKey[], acceptedBy: string): Promise<void>;
}

/** What {@link submitKeys} needs. */
export interface SubmitKeysParts {
  readonly store: KeyAcceptance;
  readonly useChallenge: (province: ProvinceCode, challenge: string, now: number) => Promise<void>;
  readonly findHolders: (thumbprints: readonly string[]) => Promise<ReadonlyMap<string, readonly KeyHolder[]>>;
  readonly governance: Pick<MemberGovernance, 'proposeKeys'>;
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** What became of a submission. */
export interface KeySubmission {
  readonly accepted: boolean;
  readonly checks: readonly Check[];
  /** Of the action that two operators have to approve; absent when none is needed. */
  readonly pendingAction?: string;
}

/** The ring of what a province may sign with now. */
export async function ringOf(province: ProvinceCode, jwks: readonly object[], now: number): Promise<ProvinceKeyRing> {
  const keys = await Promise.all(jwks.map((jwk) => importProvinceKey(jwk, province)));
  return createKeyRing(keys.filter(({ notAfter }) => notAfter === undefined || notAfter > now));
}

/**
 * 提交密钥: all keys of a submission or none. The first ones are taken on their proofs; later ones need the word of a key
 * in use, or of two operators. The challenge is used up in any case.
 * @throws HubError MEMBERSHIP_STATE_INVALID, CHALLENGE_INVALID, KEY_VOUCHER_INVALID, KEY_NOT_ACCEPTED
 */
export async function submitKeys(member: CallingMember, request: v1.SubmitKeysRequest, parts: SubmitKeysParts): Promise<KeySubmission> {
  const { province, actor } = member;
  const { store, useChallenge, findHolders, governance, recordRefusal, now } = parts;
  const state = await store.findState(province);
  nextState(state, 'accept-keys');
  await useChallenge(province, request.challenge, now());
  const review = await checkKeys(request.keys, { province, challenge: request.challenge, now: now(), findHolders });
  const checks = state === 'applied' ? [...review.checks, ...bothUses(review.keys)] : review.checks;
  if (review.keys === undefined || checks.some(({ outcome }) => outcome === 'failed')) {
    await recordRefusal({ province, actor, name: 'keys.refused', detail: `checks that failed: ${failuresOf(checks)}` });
    return { accepted: false, checks };
  }
  if (state === 'applied') {
    await store.acceptFirst(member, review.keys);
    return { accepted: true, checks };
  }
  const jwks = await store.listAcceptedJwks(province);
  if (request.voucher === '') {
    const known = new Set(jwks.map((jwk) => (jwk as { readonly kid?: string }).kid));
    // Nothing new: whoever asks again after a lost answer is told that it was heard.
    if (review.keys.every(({ kid }) => known.has(kid))) return { accepted: true, checks };
    return { accepted: false, checks, pendingAction: await governance.proposeKeys(member, review.keys) };
  }
  let vouching: string;
  try {
    const kids = review.keys.map(({ kid }) => kid);
    vouching = await verifyKeyVoucher(request.voucher, await ringOf(province, jwks, now()), { province, challenge: request.challenge, kids });
  } catch (cause) {
    await recordRefusal({ province, actor, name: 'voucher.refused', detail: 'signed by no key in use, or for other keys' });
    throw new HubError('KEY_VOUCHER_INVALID', 'the voucher is signed by no key in use, or for other keys', { cause });
  }
  await store.acceptVouched(member, review.keys, vouching);
  return { accepted: true, checks };
}

/** Without a key to sign no report can follow, and without one to encrypt to no registration. */
function bothUses(keys: readonly CheckedKey[] | undefined): readonly Check[] {
  if (keys === undefined) return [];
  const isBoth = keys.some(({ use }) => use === 'sig') && keys.some(({ use }) => use === 'enc');
  return [{ subject: 'keys', name: 'usage', outcome: isBoth ? 'passed' : 'failed', detail: isBoth ? 'one to sign and one to encrypt to' : 'must hold one to sign and one to encrypt to' }];
}
