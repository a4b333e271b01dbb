import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { timestampFromSeconds, unaryTransport, v1 } from '@health-code/messages';
import type { AdapterConfig } from '../config.js';
import { AdapterError } from '../errors.js';
import { toWire, type OwnRiskLevel } from '../risk-level/read-risk-levels.js';

const CALL_TIMEOUT_MS = 5000;

/** What the hub answered to a heartbeat. */
export interface HeartbeatAnswer {
  readonly contiguousSequence: number;
  /** Milliseconds since the epoch; undefined when the hub did not say. */
  readonly hubTimeMs?: number;
}

/** How the adapter stands with its local system. */
export interface LocalSystemState {
  readonly isReachable: boolean;
  /** Whether changes come by themselves (push, poll) and none is known to wait. */
  readonly isFollowed: boolean;
}

/** The hub as an adapter sees it. */
export interface HubClient {
  /**
   * @returns the last sequence number the hub holds without a gap before it
   * @throws AdapterError REGISTRATION_REFUSED when repeating it changes nothing; anything else may pass
   */
  register(request: v1.IRegisterRequest): Promise<number>;
  /** @throws AdapterError REGISTRATION_REFUSED when the hub does not know this adapter (any more) */
  heartbeat(lastSequence: number, localSystem: LocalSystemState, nowSeconds: number): Promise<HeartbeatAnswer>;
  /** Every admitted province with its public keys. @throws AdapterError HUB_UNREACHABLE */
  listProvinces(): Promise<readonly v1.IProvince[]>;
  /**
   * What other provinces state about a person, as compact JWS; nothing in it is verified.
   *
   * @throws AdapterError HUB_UNREACHABLE; REGISTRATION_REFUSED when the hub does not know this adapter
   */
  listForeignStatements(subjectReference: string, kind: v1.AttestationKind): Promise<readonly string[]>;
  /** Risk levels that take effect after a day, in the order in which they do; all where it is empty. @throws AdapterError HUB_UNREACHABLE */
  listRiskLevels(after: string): Promise<readonly v1.IRiskLevel[]>;
  /**
   * @returns how many were new
   * @throws AdapterError REQUEST_FIELD_INVALID for what the hub will never take; HUB_UNREACHABLE; REGISTRATION_REFUSED
   */
  stateRiskLevels(levels: readonly OwnRiskLevel[]): Promise<number>;
  close(): void;
}

/** Statuses by which the hub says that it does not know this adapter, or will not. */
const REFUSALS: readonly number[] = [
  status.NOT_FOUND,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.INVALID_ARGUMENT,
];

const refusalOf = (cause: unknown): unknown => {
  const { code, details } = cause as Partial<ServiceError>;
  if (code === undefined || !REFUSALS.includes(code)) return cause;
  return new AdapterError('REGISTRATION_REFUSED', `the hub refuses this adapter: ${details ?? ''}`, { cause });
};

const unreachable = (cause: unknown): AdapterError => {
  const refusal = refusalOf(cause);
  return refusal instanceof AdapterError ? refusal : new AdapterError('HUB_UNREACHABLE', 'the hub does not answer', { cause });
};

/** A client of the hub's services Adapter and Ledger; with TLS it shows the hub its own certificate, where it has one. */
export function createHubClient(options: AdapterConfig['hub']): HubClient {
  const transport = options.tls
    ? credentials.createSsl(options.authority ?? null, options.client?.key ?? null, options.client?.certificate ?? null)
    : credentials.createInsecure();
  const client = new Client(options.address, transport, {
    // grpc-js would wait up to two minutes after the hub was away for a while.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2000,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${options.enrolmentToken}`);
  const hub = v1.Adapter.create(unaryTransport(client, { timeoutMs: CALL_TIMEOUT_MS, metadata }));
  // Open to whoever can connect: the enrolment token is shown to no more of the hub than asks for it.
  const ledger = v1.Ledger.create(unaryTransport(client, { timeoutMs: CALL_TIMEOUT_MS, metadata: new Metadata() }));
  return {
    async register(request) {
      try {
        return (await hub.register(request)).contiguousSequence;
      } catch (cause) {
        throw refusalOf(cause);
      }
    },
    async heartbeat(lastSequence, { isReachable, isFollowed }, nowSeconds) {
      try {
        const answer = await hub.heartbeat({
          lastSequence,
          localSystemReachable: isReachable,
          localSystemFollowed: isFollowed,
          sentAt: timestampFromSeconds(nowSeconds),
        });
        const { hubTime } = answer;
        const time = hubTime === null || hubTime === undefined ? {} : { hubTimeMs: (hubTime.seconds ?? 0) * 1000 + (hubTime.nanos ?? 0) / 1e6 };
        return { contiguousSequence: answer.contiguousSequence, ...time };
      } catch (cause) {
        throw refusalOf(cause);
      }
    },
    async listProvinces() {
      try {
        return (await ledger.listProvinces({})).provinces;
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async listForeignStatements(subjectReference, kind) {
      try {
        const { attestations } = await hub.listForeignStatements({ subjectReference, kind });
        return attestations.map((token) => Buffer.from(token).toString('latin1'));
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async listRiskLevels(after) {
      try {
        return (await ledger.listRiskLevels({ after })).levels;
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async stateRiskLevels(levels) {
      try {
        return (await hub.stateRiskLevels({ levels: levels.map(toWire) })).added;
      } catch (cause) {
        const { code, details } = cause as Partial<ServiceError>;
        if (code === status.INVALID_ARGUMENT || code === status.RESOURCE_EXHAUSTED) throw new AdapterError('REQUEST_FIELD_INVALID', details ?? '', { cause });
        throw unreachable(cause);
      }
    },
    close: () => {
      client.close();
    },
  };
}
