import type { ServerUnaryCall } from '@grpc/grpc-js';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { callerOf, provinceOf } from '../identity/caller.js';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import { isUserPublicKey, type MintNatsUser } from '../platform/nats-user-mint.js';
import type { CertificateStore } from './certificate.store.js';
import type { ChallengeStore } from './challenge.store.js';
import { toCheckMessage } from './check.js';
import type { CredentialStore } from './credential.store.js';
import type { EventLogStore } from './event-log.store.js';
import { inviteCheckpoint, type InvitationKeeper } from './invite-province.js';
import type { LiveMembers } from './live-members.js';
import type { CallingMember, MemberGovernance } from './member-governance.js';
import { nextStepOf, toCertificateMessage, toDeviceMessage, toEventMessage, toStateMessage } from './member-message.js';
import { renewCertificate, type RenewalParts } from './renew-certificate.js';
import type { StandingStore } from './standing.store.js';
import { submitConformance, type SubmitConformanceParts } from './submit-conformance.js';
import { submitKeys, type SubmitKeysParts } from './submit-keys.js';

/** Events that a member is shown of itself. */
const SHOWN_EVENTS = 100;

/** What {@link MembershipService} needs. */
export interface MembershipServiceParts {
  readonly members: LiveMembers;
  readonly challenges: ChallengeStore;
  readonly credentials: CredentialStore;
  readonly certificates: CertificateStore;
  readonly standings: StandingStore;
  readonly invitations: Pick<InvitationKeeper, 'inviteCheckpoint'>;
  readonly events: EventLogStore;
  readonly governance: MemberGovernance;
  readonly keys: SubmitKeysParts;
  readonly conformance: SubmitConformanceParts;
  readonly renewals: RenewalParts;
  readonly mintNatsUser: MintNatsUser;
  readonly natsUserLifetimeMs: number;
  /** What provinces are told to connect to. */
  readonly natsUrl: string;
  /** Brings what this process has in memory up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

type Call = ServerUnaryCall<unknown, unknown>;

/** Service `Membership`: a province's own part of joining, staying and leaving. It is the one its certificate names. */
export class MembershipService implements GrpcService {
  readonly definition = v1.Membership;
  readonly handlers;
  readonly #parts: MembershipServiceParts;

  constructor(parts: MembershipServiceParts) {
    this.#parts = parts;
    const { governance } = parts;
    this.handlers = {
      GetMembership: unary<v1.GetMembershipRequest, v1.GetMembershipResponse.$Properties>((_, call) => this.#getMembership(memberOf(call))),
      GetChallenge: unary<v1.GetChallengeRequest, v1.GetChallengeResponse.$Properties>((_, call) => this.#getChallenge(memberOf(call))),
      SubmitKeys: unary<v1.SubmitKeysRequest, v1.SubmitKeysResponse.$Properties>((request, call) => this.#submitKeys(memberOf(call), request)),
      RevokeKey: this.#changing<v1.RevokeKeyRequest, v1.RevokeKeyResponse.$Properties>((member, request) => governance.revokeKey(member, request)),
      SubmitConformance: this.#changing<v1.SubmitConformanceRequest, v1.SubmitConformanceResponse.$Properties>((member, request) => this.#submitConformance(member, request)),
      RenewCertificate: this.#changing<v1.RenewCertificateRequest, v1.RenewCertificateResponse.$Properties>((member, request) => this.#renewCertificate(member, request)),
      RevokeOtherCertificates: unary<v1.RevokeOtherCertificatesRequest, v1.RevokeOtherCertificatesResponse.$Properties>((_, call) => this.#revokeOtherCertificates(memberOf(call), callerOf(call).fingerprint)),
      IssueNatsUser: unary<v1.IssueNatsUserRequest, v1.IssueNatsUserResponse.$Properties>((request, call) => this.#issueNatsUser(memberOf(call), request)),
      InviteCheckpoint: unary<v1.InviteCheckpointRequest, v1.InviteCheckpointResponse.$Properties>((_, call) => this.#inviteCheckpoint(memberOf(call))),
      ListCheckpoints: unary<v1.ListCheckpointsRequest, v1.ListCheckpointsResponse.$Properties>((_, call) => this.#listCheckpoints(memberOf(call))),
      RevokeCheckpoint: this.#changing<v1.RevokeCheckpointRequest, v1.RevokeCheckpointResponse.$Properties>(async (member, { id }) => {
        await parts.standings.revokeCheckpoint(member, id);
        return {};
      }),
      ProposePolicy: this.#changing<v1.ProposePolicyRequest, v1.ProposePolicyResponse.$Properties>((member, request) => governance.proposePolicy(member, request)),
      WithdrawPolicy: this.#changing<v1.WithdrawPolicyRequest, v1.WithdrawPolicyResponse.$Properties>((member, request) => governance.withdrawPolicy(member, request)),
      Leave: this.#changing<v1.LeaveRequest, v1.LeaveResponse.$Properties>((member, request) => this.#leave(member, request)),
    };
  }

  /** A method after which this process knows what it changed before it answers. */
  #changing<Request, Response>(handle: (member: CallingMember, request: Request) => Promise<Response>) {
    return unary<Request, Response>(async (request, call) => {
      const response = await handle(memberOf(call), request);
      await this.#parts.refresh();
      return response;
    });
  }

  async #getMembership({ province }: CallingMember): Promise<v1.GetMembershipResponse.$Properties> {
    const { members, events, governance, natsUrl, now } = this.#parts;
    const member = members.find(province);
    if (member === undefined) throw new HubError('PROVINCE_NOT_FOUND', 'the province never applied');
    const [expiries, happened, keyAction] = await Promise.all([governance.listExpiries(province), events.listOf(province, SHOWN_EVENTS), governance.findKeyAction(province)]);
    return {
      province,
      state: toStateMessage(member.state),
      stateSince: timestampFromSeconds(member.since),
      nextStep: nextStepOf(member, now(), keyAction),
      expiries: [...expiries],
      events: happened.map(toEventMessage),
      badge: member.badge !== undefined && member.badge.expiresAt > now() ? member.badge.token : '',
      acceptedKeys: member.acceptedKeys.map(({ kid }) => kid),
      natsUrl,
    };
  }

  async #getChallenge({ province }: CallingMember): Promise<v1.GetChallengeResponse.$Properties> {
    const { challenge, expiresAt } = await this.#parts.challenges.issue(province, this.#parts.now());
    return { challenge, expiresAt: timestampFromSeconds(expiresAt) };
  }

  async #submitKeys(member: CallingMember, request: v1.SubmitKeysRequest): Promise<v1.SubmitKeysResponse.$Properties> {
    const { accepted, checks, pendingAction = '' } = await submitKeys(member, request, this.#parts.keys);
    await this.#parts.refresh();
    return { accepted, checks: checks.map(toCheckMessage), pendingAction };
  }

  async #submitConformance(member: CallingMember, request: v1.SubmitConformanceRequest): Promise<v1.SubmitConformanceResponse.$Properties> {
    const { token, expiresAt } = await submitConformance(member, request, this.#parts.conformance);
    return { badge: token, expiresAt: timestampFromSeconds(expiresAt) };
  }

  async #renewCertificate(member: CallingMember, request: v1.RenewCertificateRequest): Promise<v1.RenewCertificateResponse.$Properties> {
    const { certificate, checks } = await renewCertificate(member, request, this.#parts.renewals);
    return { certificate: toCertificateMessage(certificate), checks: checks.map(toCheckMessage) };
  }

  async #revokeOtherCertificates(member: CallingMember, fingerprint: string): Promise<v1.RevokeOtherCertificatesResponse.$Properties> {
    const revoked = await this.#parts.standings.revokeOtherCertificates(member, fingerprint);
    await this.#parts.refresh();
    return { revoked };
  }

  async #issueNatsUser(member: CallingMember, { publicKey }: v1.IssueNatsUserRequest): Promise<v1.IssueNatsUserResponse.$Properties> {
    const { credentials, mintNatsUser, natsUserLifetimeMs, now } = this.#parts;
    if (!isUserPublicKey(publicKey)) {
      throw new HubError('REQUEST_INVALID', 'the key is refused', { fieldViolations: [{ field: 'public_key', description: 'must be the public nkey of a user' }] });
    }
    const expiresAt = now() + Math.floor(natsUserLifetimeMs / 1000);
    const { jwt } = await credentials.saveNatsUser(member, publicKey, async () => ({ publicKey, expiresAt, jwt: await mintNatsUser(member.province, publicKey, expiresAt) }), now());
    return { jwt, expiresAt: timestampFromSeconds(expiresAt) };
  }

  async #inviteCheckpoint({ province, actor }: CallingMember): Promise<v1.InviteCheckpointResponse.$Properties> {
    const { token, expiresAt } = await inviteCheckpoint(province, actor, this.#parts.now(), this.#parts.invitations);
    return { code: token, expiresAt: timestampFromSeconds(expiresAt) };
  }

  async #listCheckpoints({ province }: CallingMember): Promise<v1.ListCheckpointsResponse.$Properties> {
    return { checkpoints: (await this.#parts.certificates.listCheckpoints(province)).map(toDeviceMessage) };
  }

  async #leave(member: CallingMember, { province }: v1.LeaveRequest): Promise<v1.LeaveResponse.$Properties> {
    if (province !== member.province) {
      throw new HubError('REQUEST_INVALID', 'leaving is refused', { fieldViolations: [{ field: 'province', description: 'must be the code of the calling province: leaving is not undone' }] });
    }
    await this.#parts.standings.leave(member);
    return {};
  }
}

function memberOf(call: Call): CallingMember {
  return { province: provinceOf(call), actor: callerOf(call).id };
}
