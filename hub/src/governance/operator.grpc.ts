import type { ProvinceCode } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError, type FieldViolation } from '../errors.js';
import { callerOf } from '../identity/caller.js';
import { parseNode } from '../joining/invite-province.js';
import type { LiveMember } from '../joining/live-members.js';
import { toEventMessage } from '../joining/member-message.js';
import type { MembershipEvent } from '../joining/membership-events.js';
import type { OperatorSteps } from '../joining/operator-steps.js';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import type { OperatorAction } from './action.js';
import { toAction } from './action-message.js';
import { withinDays, type Expiry } from './expiry-calendar.js';
import { toExpiry, toMember } from './member-message.js';
import { reasonViolation } from './policy.js';
import { toPolicy } from './policy-message.js';
import type { Policies } from './policies.js';

/** What lets provinces in; `actor`: SPIFFE ID of the operator. */
export type Admissions = Pick<OperatorSteps, 'invite' | 'admit' | 'resume'>;

/** What needs two operators; the action store satisfies it. */
export interface Actions {
  proposeSuspension(province: ProvinceCode, reason: string, operator: string): Promise<OperatorAction>;
  decide(id: string, operator: string, approve: boolean, now: number): Promise<OperatorAction>;
  list(openOnly: boolean, now: number): Promise<readonly OperatorAction[]>;
}

/** What {@link OperatorService} needs. */
export interface OperatorParts {
  readonly admissions: Admissions;
  readonly actions: Actions;
  readonly policies: Pick<Policies, 'decide'>;
  readonly members: { all(): readonly LiveMember[]; find(code: string): LiveMember | undefined };
  readonly expiries: () => Promise<readonly Expiry[]>;
  readonly events: (afterId: number, limit: number) => Promise<readonly MembershipEvent[]>;
  /** Brings what calls are measured against up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Events of one answer when the caller names no number, and at most. */
const EVENT_LIMIT = 1000;

const invalid = (...fieldViolations: readonly FieldViolation[]): HubError => new HubError('REQUEST_INVALID', 'the request is refused', { fieldViolations });

/** Service `Operator` (国家运维). Whoever calls is known by certificate; everything that is done is an event with that name. */
export class OperatorService implements GrpcService {
  readonly definition = v1.Operator;
  readonly handlers;
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
    this.handlers = {
      InviteProvince: unary<v1.InviteProvinceRequest, v1.InviteProvinceResponse.$Properties>((request, call) => this.#invite(request, callerOf(call).id)),
      AdmitProvince: unary<v1.AdmitProvinceRequest, v1.AdmitProvinceResponse.$Properties>((request, call) => this.#admit(request, callerOf(call).id)),
      ResumeProvince: unary<v1.ResumeProvinceRequest, v1.ResumeProvinceResponse.$Properties>((request, call) => this.#resume(request, callerOf(call).id)),
      ProposeAction: unary<v1.ProposeActionRequest, v1.ProposeActionResponse.$Properties>((request, call) => this.#propose(request, callerOf(call).id)),
      DecideAction: unary<v1.DecideActionRequest, v1.DecideActionResponse.$Properties>((request, call) => this.#decide(request, callerOf(call).id)),
      ListActions: unary<v1.ListActionsRequest, v1.ListActionsResponse.$Properties>((request) => this.#listActions(request)),
      ListMembers: unary<v1.ListMembersRequest, v1.ListMembersResponse.$Properties>(() => ({ members: parts.members.all().map(toMember) })),
      ListExpiries: unary<v1.ListExpiriesRequest, v1.ListExpiriesResponse.$Properties>((request) => this.#listExpiries(request)),
      ListEvents: unary<v1.ListEventsRequest, v1.ListEventsResponse.$Properties>((request) => this.#listEvents(request)),
      DecidePolicy: unary<v1.DecidePolicyRequest, v1.DecidePolicyResponse.$Properties>((request, call) => this.#decidePolicy(request, callerOf(call).id)),
    };
  }

  async #invite({ province, codePrefixes }: v1.InviteProvinceRequest, actor: string): Promise<v1.InviteProvinceResponse.$Properties> {
    const { token, expiresAt } = await this.#parts.admissions.invite({ province, codePrefixes, actor });
    return { token, expiresAt: timestampFromSeconds(expiresAt) };
  }

  async #admit({ province }: v1.AdmitProvinceRequest, operator: string): Promise<v1.AdmitProvinceResponse.$Properties> {
    await this.#parts.admissions.admit(province, operator);
    return { member: await this.#memberNow(province) };
  }

  async #resume({ province }: v1.ResumeProvinceRequest, operator: string): Promise<v1.ResumeProvinceResponse.$Properties> {
    await this.#parts.admissions.resume(province, operator);
    return { member: await this.#memberNow(province) };
  }

  async #memberNow(code: string): Promise<v1.Member.$Properties> {
    await this.#parts.refresh();
    const member = this.#parts.members.find(code);
    if (member === undefined) throw new HubError('PROVINCE_NOT_FOUND', 'the province is no member');
    return toMember(member);
  }

  async #propose({ kind, province, reason }: v1.ProposeActionRequest, operator: string): Promise<v1.ProposeActionResponse.$Properties> {
    const wrongReason = reasonViolation('reason', reason);
    const violations = [
      ...(kind === v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE ? [] : [{ field: 'kind', description: 'is not proposed here: keys are replaced by the submission of their province' }]),
      ...(wrongReason === undefined ? [] : [wrongReason]),
    ];
    if (violations.length > 0) throw invalid(...violations);
    const action = await this.#parts.actions.proposeSuspension(parseNode(province), reason, operator);
    return { action: toAction(action, this.#parts.now()) };
  }

  async #decide({ id, approve }: v1.DecideActionRequest, operator: string): Promise<v1.DecideActionResponse.$Properties> {
    const { actions, now, refresh } = this.#parts;
    const action = await actions.decide(id, operator, approve, now());
    // In effect when the answer comes, here; on other replicas with their next round.
    await refresh();
    return { action: toAction(action, now()) };
  }

  async #listActions({ openOnly }: v1.ListActionsRequest): Promise<v1.ListActionsResponse.$Properties> {
    const { actions, now } = this.#parts;
    const at = now();
    return { actions: (await actions.list(openOnly, at)).map((action) => toAction(action, at)) };
  }

  async #listExpiries({ withinDays: days }: v1.ListExpiriesRequest): Promise<v1.ListExpiriesResponse.$Properties> {
    const { expiries, now } = this.#parts;
    return { expiries: withinDays(await expiries(), days, now()).map(toExpiry) };
  }

  async #listEvents({ afterId, limit }: v1.ListEventsRequest): Promise<v1.ListEventsResponse.$Properties> {
    if (!Number.isSafeInteger(afterId) || limit > EVENT_LIMIT) {
      throw invalid(limit > EVENT_LIMIT ? { field: 'limit', description: `is more than ${String(EVENT_LIMIT)}` } : { field: 'after_id', description: 'is more than 2^53 - 1' });
    }
    return { events: (await this.#parts.events(afterId, limit === 0 ? EVENT_LIMIT : limit)).map(toEventMessage) };
  }

  async #decidePolicy({ id, approve }: v1.DecidePolicyRequest, operator: string): Promise<v1.DecidePolicyResponse.$Properties> {
    return { policy: toPolicy(await this.#parts.policies.decide(id, approve, operator)) };
  }
}
