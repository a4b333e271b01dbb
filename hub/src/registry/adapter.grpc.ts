import type { Metadata } from '@grpc/grpc-js';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import { verifyEnrolment, type AdmittedProvince } from './admission.js';
import { registerProvince, type RegistrationStore } from './register-province.js';
import type { LiveRegistry } from './registry.js';

/** Where registrations and heartbeats are kept. */
export interface AdapterStore extends RegistrationStore {
  saveHeartbeat(code: string, at: number, localSystemReachable: boolean): Promise<void>;
}

/** What is known of an issuer's feed of attestations. */
export interface FeedProgress {
  contiguous(issuer: string): number;
  recordAnnounced(issuer: string, lastSequence: number): void;
  recordHeartbeat(issuer: string, lastSequence: number, at: number): void;
}

/** What {@link AdapterService} needs. */
export interface AdapterServiceParts {
  readonly admitted: readonly AdmittedProvince[];
  readonly store: AdapterStore;
  readonly registry: LiveRegistry;
  /** Brings the registry up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  readonly feeds: FeedProgress;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

const authorization = (metadata: Metadata): string | undefined => {
  const [value, ...more] = metadata.get('authorization');
  // Two credentials are none: which one counts would be the reader's guess.
  return typeof value === 'string' && more.length === 0 ? value : undefined;
};

/** Service `Adapter`. The province is the one its enrolment token belongs to; no request can name another. */
export class AdapterService implements GrpcService {
  readonly definition = v1.Adapter;
  readonly handlers;
  readonly #parts: AdapterServiceParts;

  constructor(parts: AdapterServiceParts) {
    this.#parts = parts;
    this.handlers = {
      Register: unary<v1.RegisterRequest, v1.RegisterResponse.$Properties>((request, call) => this.#register(request, this.#enrolled(call.metadata))),
      Heartbeat: unary<v1.HeartbeatRequest, v1.HeartbeatResponse.$Properties>((request, call) => this.#heartbeat(request, this.#enrolled(call.metadata))),
    };
  }

  #enrolled(metadata: Metadata): AdmittedProvince {
    return verifyEnrolment(authorization(metadata), this.#parts.admitted);
  }

  async #register(request: v1.RegisterRequest, province: AdmittedProvince): Promise<v1.RegisterResponse.$Properties> {
    const { store, refresh, feeds, now } = this.#parts;
    await registerProvince(province, request, now(), store);
    await refresh();
    return { province: province.code, contiguousSequence: feeds.contiguous(province.code) };
  }

  async #heartbeat(request: v1.HeartbeatRequest, province: AdmittedProvince): Promise<v1.HeartbeatResponse.$Properties> {
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
}
