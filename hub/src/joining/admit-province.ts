import { AttestationError, verifyConformanceBadge, type HubKey, type ProvinceCode } from '@health-code/attestation';
import { HubError } from '../errors.js';
import type { NewMembershipEvent } from './membership-events.js';
import { parseNode } from './invite-province.js';

/** What an admission rests on, as of the change that makes it. */
export interface AdmissionGrounds {
  /** Compact JWS of the badge that ends last; absent without one. */
  readonly badge?: string;
  /** Of the adapter, where one registered already. */
  readonly adapterVersion?: string;
  /** Whether a signing key and one to encrypt to are accepted. */
  readonly hasKeys: boolean;
}

/** Who does it to whom. */
export interface OperatorAct {
  readonly province: ProvinceCode;
  /** SPIFFE ID of the operator. */
  readonly actor: string;
}

/** Where members are kept. */
export interface AdmissionKeeper {
  /**
   * Admits a province that `check` lets in, under the lock of every change: of two at once one wins.
   * @throws HubError PROVINCE_NOT_FOUND, MEMBERSHIP_STATE_INVALID, and what `check` throws
   */
  admit(act: OperatorAct, check: (grounds: AdmissionGrounds) => Promise<void>): Promise<void>;
  /** @throws HubError PROVINCE_NOT_FOUND, MEMBERSHIP_STATE_INVALID */
  resume(act: OperatorAct): Promise<void>;
}

/** What {@link admitProvince} needs. */
export interface AdmitParts {
  readonly keeper: Pick<AdmissionKeeper, 'admit'>;
  readonly hubKeys: readonly HubKey[];
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/**
 * 接纳: lets a province in whose keys are accepted and whose badge is in force. From then on every other member recognises it.
 * @throws HubError REQUEST_INVALID, PROVINCE_NOT_FOUND, MEMBERSHIP_STATE_INVALID, BADGE_MISSING, BADGE_ADAPTER_VERSION_MISMATCH, KEY_NOT_ACCEPTED
 * @throws AttestationError CONFORMANCE_BADGE_INVALID for a badge the hub never signed
 */
export async function admitProvince(province: string, actor: string, { keeper, hubKeys, recordRefusal, now }: AdmitParts): Promise<void> {
  const code = parseNode(province);
  try {
    await keeper.admit({ province: code, actor }, (grounds) => requireGrounds(grounds, code, hubKeys, now()));
  } catch (error) {
    if ((error instanceof HubError || error instanceof AttestationError) && error.code !== 'PROVINCE_NOT_FOUND') {
      await recordRefusal({ province: code, actor, name: 'admission.refused', detail: error.code });
    }
    throw error;
  }
}

async function requireGrounds({ badge, adapterVersion, hasKeys }: AdmissionGrounds, province: ProvinceCode, hubKeys: readonly HubKey[], now: number): Promise<void> {
  if (!hasKeys) throw new HubError('KEY_NOT_ACCEPTED', 'no key to sign and one to encrypt to are accepted any more');
  if (badge === undefined) throw new HubError('BADGE_MISSING', 'the province has no badge');
  let earnedBy: string;
  try {
    ({ adapterVersion: earnedBy } = await verifyConformanceBadge(badge, hubKeys, province, now));
  } catch (cause) {
    if (cause instanceof AttestationError && cause.code === 'CONFORMANCE_BADGE_EXPIRED') throw new HubError('BADGE_MISSING', 'the badge has ended', { cause });
    throw cause;
  }
  if (adapterVersion !== undefined && adapterVersion !== earnedBy) {
    throw new HubError('BADGE_ADAPTER_VERSION_MISMATCH', `the badge was earned by adapter ${earnedBy}, and ${adapterVersion} is in use`);
  }
}
