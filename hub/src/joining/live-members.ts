import type { ProvinceCode } from '@health-code/attestation';
import { HubError } from '../errors.js';
import type { Caller } from '../identity/caller.js';
import type { MemberOrigin, MemberState } from './members.js';

/** 符合性证书 of a member, the one that ends last. Times in seconds since the epoch. */
export interface LiveBadge {
  /** Compact JWS. */
  readonly token: string;
  readonly adapterVersion: string;
  readonly protocolVersion: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A key that was accepted and is neither revoked nor given up by leaving. */
export interface LiveAcceptedKey {
  readonly kid: string;
  readonly use: 'sig' | 'enc';
  /** JWK member `exp`. */
  readonly expiresAt?: number;
}

/** A province on its way, in, or out again. Times in seconds since the epoch. */
export interface LiveMember {
  readonly code: ProvinceCode;
  readonly state: MemberState;
  readonly since: number;
  readonly origin: MemberOrigin;
  /** 申请单位; founding members have none. */
  readonly organisation?: string;
  /** How its codes must begin, one of these; absent, it may claim any beginning that is free. */
  readonly codePrefixes?: readonly string[];
  readonly badge?: LiveBadge;
  /** Of its last registration. */
  readonly adapterVersion?: string;
  /** Of its last registration. */
  readonly protocolVersion?: number;
  readonly acceptedKeys: readonly LiveAcceptedKey[];
  /** Until when a founding member may be without a badge. */
  readonly badgeDueAt?: number;
}

/** Everything about members that calls are measured against, read in one snapshot. */
export interface MembersContent {
  readonly members: readonly LiveMember[];
  /** Fingerprints (SHA-256, lower-case hexadecimal) of certificates that were taken back and have not ended yet. */
  readonly revoked: ReadonlySet<string>;
  /**
   * Of provinces that came back after leaving: the only fingerprints that count. What was issued to them before the hub
   * kept a list would otherwise come back with them.
   */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a member may call before it is admitted. */
const MEMBERSHIP = '/healthcode.v1.Membership/';

/** What a suspended member may call beside: its feed goes on, and reading does. */
const OPEN_TO_SUSPENDED = [MEMBERSHIP, '/healthcode.v1.Adapter/', '/healthcode.v1.Ledger/', '/healthcode.v1.MutualRecognition/'] as const;

const OPEN: Readonly<Record<Exclude<MemberState, 'left'>, (path: string) => boolean>> = {
  applied: (path) => path.startsWith(MEMBERSHIP),
  'keys-accepted': (path) => path.startsWith(MEMBERSHIP),
  'conformance-passed': (path) => path.startsWith(MEMBERSHIP),
  admitted: () => true,
  suspended: (path) => OPEN_TO_SUSPENDED.some((prefix) => path.startsWith(prefix)),
};

/** Members in memory, so that no call waits for the database. Replaced as a whole with each revision of the registry. */
export class LiveMembers {
  #members: ReadonlyMap<string, LiveMember> = new Map();
  #content: MembersContent = { members: [], revoked: new Set(), known: new Map() };

  /** The member or applicant, former ones included. */
  find(code: string): LiveMember | undefined {
    return this.#members.get(code);
  }

  /** Every member and applicant, former ones included, in the order of their codes. */
  all(): readonly LiveMember[] {
    return this.#content.members;
  }

  /** Puts `content` in the place of everything known so far. */
  replace(content: MembersContent): void {
    this.#content = content;
    this.#members = new Map(content.members.map((member) => [member.code, member]));
  }

  /**
   * Whether `caller` may call `path` in the state its province is in. Satisfies `CallerStanding`.
   * @throws HubError CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID
   */
  check(caller: Caller, path: string): void {
    const { province, fingerprint, role } = caller;
    if (this.#content.revoked.has(fingerprint)) throw new HubError('CERTIFICATE_REVOKED', 'the certificate was taken back');
    if (province === undefined) return;
    const state = this.#members.get(province)?.state;
    if (state === undefined) throw new HubError('MEMBERSHIP_STATE_INVALID', `${path} is not open to a province that never applied`);
    if (state === 'left') throw new HubError('CERTIFICATE_REVOKED', 'the province has left');
    if (this.#content.known.get(province)?.has(fingerprint) === false) {
      throw new HubError('CERTIFICATE_REVOKED', 'the certificate is from before the province left');
    }
    const isOpen = role === 'checkpoint' ? state === 'admitted' || state === 'suspended' : OPEN[state](path);
    if (!isOpen) throw new HubError('MEMBERSHIP_STATE_INVALID', `${path} is not open in the state ${state}`);
  }
}
