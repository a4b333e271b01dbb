import { isSubjectReference, type AttestationKind } from '@health-code/attestation';
import { PROTOCOL_VERSIONS, timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { callerOf, provinceOf } from '../identity/caller.js';
import type { NewMembershipEvent } from '../joining/membership-events.js';
import { findKind } from '../kind-message.js';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import { stateRiskLevels, type RiskLevelAppender } from '../risk-level/state-risk-levels.js';
import { registerProvince, type RegistrationStore } from './register-province.js';
import type { LiveRegistry, RegisteredProvince } from './registry.js';

/** What of a refusal is kept with its event: the code, and which fields it is about; never what stood in them. */
const refusalDetail = ({ code, fieldViolations }: HubError): string => [code, fieldViolations.map(({ field }) => field).join(', ')].filter((part) => part !== '').join(': ');

/** Where registrations and heartbeats are kept. */
export interface AdapterStore extends RegistrationStore {
  saveHeartbeat(code: string, at: number, localSystemReachable: boolean): Promise<void>;
  recordRefusal(event: NewMembershipEvent): Promise<void>;
}

/** What is known of an issuer's feed of attestations. */
export interface FeedProgress {
  contiguous(issuer: string): number;
  recordAnnounced(issuer: string, lastSequence: number): void;
  recordHeartbeat(issuer: string, lastSequence: number, at: number): void;
}

/** What other provinces state; {@link ForeignStatements} satisfies it. */
export interface StatementLister {
  list(subject: string, kind: AttestationKind, caller: string, now: number): Promise<readonly string[]>;
}

/** What {@link AdapterService} needs. */
export interface AdapterServiceParts {
  readonly store: AdapterStore;
  readonly registry: LiveRegistry;
  /** Brings the registry up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  readonly feeds: FeedProgress;
  readonly statements: StatementLister;
  readonly riskLevels: RiskLevelAppender;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Service `Adapter`. The province is the one its certificate names; no request can name another. */
export class AdapterService implements GrpcService {
  readonly definition = v1.Adapter;
  readonly handlers;
  readonly #parts: AdapterServiceParts;

  constructor(parts: AdapterServiceParts) {
    this.#parts = parts;
    this.handlers = {
      Register: unary<v1.RegisterRequest, v1.RegisterResponse.$Properties>((request, call) => this.#register(request, this.#callingProvince(call), callerOf(call).id)),
      Heartbeat: unary<v1.HeartbeatRequest, v1.HeartbeatResponse.$Properties>((request, call) => this.#heartbeat(request, this.#callingProvince(call))),
      ListForeignStatements: unary<v1.ListForeignStatementsRequest, v1.ListForeignStatementsResponse.$Properties>((request, call) =>
        this.#listForeignStatements(request, this.#callingProvince(call)),
      ),
      StateRiskLevels: unary<v1.StateRiskLevelsRequest, v1.StateRiskLevelsResponse.$Properties>((request, call) =>
        stateRiskLevels(request, this.#callingProvince(call), this.#parts.now(), this.#parts.riskLevels),
      ),
    };
  }

  #callingProvince(call: object): RegisteredProvince {
    const province = this.#parts.registry.findProvince(provinceOf(call));
    if (province === undefined) throw new HubError('PROVINCE_NOT_ADMITTED', 'the province is not admitted');
    return province;
  }

  async #register(request: v1.RegisterRequest, { code, codePrefixes }: RegisteredProvince, actor: string): Promise<v1.RegisterResponse.$Properties> {
    const { store, refresh, feeds, now } = this.#parts;
    try {
      const { protocolVersion } = await registerProvince({ code, actor, ...(codePrefixes === undefined ? {} : { codePrefixes }) }, request, now(), store);
      await refresh();
      return { province: code, contiguousSequence: feeds.contiguous(code), protocolVersion, hubProtocolVersions: [...PROTOCOL_VERSIONS] };
    } catch (error) {
      if (error instanceof HubError) await store.recordRefusal({ province: code, actor, name: 'registration.refused', detail: refusalDetail(error) });
      throw error;
    }
  }

  async #heartbeat(request: v1.HeartbeatRequest, province: RegisteredProvince): Promise<v1.HeartbeatResponse.$Properties> {
    const { store, registry, feeds, now } = this.#parts;
    if (registry.findProvince(province.code)?.registered !== true) {
      throw new HubError('PROVINCE_NOT_REGISTERED', 'register first');
    }
    if (!Number.isSafeInteger(request.lastSequence)) {
      throw new HubError('REQUEST_INVALID', 'last_sequence is too large', {
        fieldViolations: [{ field: 'last_sequence', description: 'is more than 2^53 - 1' }],
      });
    }
    const at = now();
    // An adapter that is alive and hears nothing of its local system cannot say that a green is still green.
    if (request.localSystemReachable && request.localSystemFollowed) feeds.recordHeartbeat(province.code, request.lastSequence, at);
    else feeds.recordAnnounced(province.code, request.lastSequence);
    registry.recordHeartbeat(province.code, at);
    await store.saveHeartbeat(province.code, at, request.localSystemReachable);
    return { contiguousSequence: feeds.contiguous(province.code), hubTime: timestampFromSeconds(at) };
  }

  async #listForeignStatements(request: v1.ListForeignStatementsRequest, { code }: RegisteredProvince): Promise<v1.ListForeignStatementsResponse.$Properties> {
    const { registry, statements, now } = this.#parts;
    // Who is suspended is told nothing of people.
    if (registry.findProvince(code)?.standing !== 'admitted') throw new HubError('PROVINCE_NOT_ADMITTED', 'the province is suspended');
    const kind = findKind(request.kind);
    const fieldViolations = [
      ...(isSubjectReference(request.subjectReference) ? [] : [{ field: 'subject_reference', description: 'must be a subject reference' }]),
      ...(kind === undefined ? [{ field: 'kind', description: 'is not on the list of kinds' }] : []),
    ];
    if (kind === undefined || fieldViolations.length > 0) throw new HubError('REQUEST_INVALID', 'the question is refused', { fieldViolations });
    const tokens = await statements.list(request.subjectReference, kind, code, now());
    return { attestations: tokens.map((token) => Buffer.from(token, 'latin1')) };
  }
}
