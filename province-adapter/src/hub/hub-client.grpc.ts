import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { timestampFromSeconds, unaryTransport, v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import { toWire, type OwnRiskLevel } from '../risk-level/read-risk-levels.js';
import { openHubConnection, type HubAddress } from './hub-connection.grpc.js';
import type { HubCredentials } from './hub-credentials.js';

const CALL_TIMEOUT_MS = 5000;

/** What the hub answered to a registration. */
export interface RegistrationAnswer {
  /** The last sequence number the hub holds without a gap before it. */
  readonly contiguousSequence: number;
  /** The version of the protocol that both speak. */
  readonly protocolVersion: number;
  /** Every version the hub speaks. */
  readonly hubProtocolVersions: readonly number[];
}

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
  /** @throws AdapterError REGISTRATION_REFUSED when repeating it changes nothing; anything else may pass */
  register(request: v1.IRegisterRequest): Promise<RegistrationAnswer>;
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
  /**
   * Shows the hub another certificate from now on: calls under way end on the connection they began on.
   *
   * @throws AdapterError HUB_UNREACHABLE when nobody answers to it, the hub away or the certificate refused; the former stays in use
   */
  reconnect(credentials: HubCredentials): Promise<void>;
  close(): void;
}

/** The hub said nothing of versions before there were two. */
const FIRST_PROTOCOL_VERSION = 1;

/** Statuses by which the hub says that it does not know this adapter, or will not. */
const REFUSALS: readonly number[] = [
  status.NOT_FOUND,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.INVALID_ARGUMENT,
];

const refusalOf = (cause: unknown): unknown => {
  const { code, details = '' } = cause as Partial<ServiceError>;
  if (code === undefined || !REFUSALS.includes(code)) return cause;
  const what = details.startsWith('PROTOCOL_VERSION_UNSUPPORTED')
    ? 'adapter and hub speak no common version of the protocol, bring the older one up to date'
    : 'the hub refuses this adapter';
  return new AdapterError('REGISTRATION_REFUSED', `${what}: ${details}`, { cause });
};

const unreachable = (cause: unknown): AdapterError => {
  const refusal = refusalOf(cause);
  return refusal instanceof AdapterError ? refusal : new AdapterError('HUB_UNREACHABLE', 'the hub does not answer', { cause });
};

/** What is said by a connection that nobody answers on, or on which nobody is known. */
const UNANSWERED: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.UNAUTHENTICATED, status.INTERNAL, status.UNKNOWN, status.CANCELLED];

/** One connection, and the services on it. */
interface Line {
  readonly client: Client;
  readonly hub: v1.Adapter;
  readonly ledger: v1.Ledger;
}

function openLine(address: HubAddress, credentials: HubCredentials): Line {
  const client = openHubConnection(address, credentials);
  const transport = unaryTransport(client, { timeoutMs: CALL_TIMEOUT_MS, metadata: new Metadata() });
  return { client, hub: v1.Adapter.create(transport), ledger: v1.Ledger.create(transport) };
}

/** Any answer will do, also that something else must be done first: it is told to whom the hub knows. */
async function requireAnswer({ ledger }: Line): Promise<void> {
  try {
    await ledger.getSummary({});
  } catch (cause) {
    const { code } = cause as Partial<ServiceError>;
    if (code === undefined || UNANSWERED.includes(code)) throw new AdapterError('HUB_UNREACHABLE', 'the hub does not answer to the new certificate', { cause });
  }
}

/** A client of the hub's services Adapter and Ledger. The hub knows it by its certificate, and by nothing else. */
export function createHubClient(address: HubAddress, credentials: HubCredentials): HubClient {
  let line = openLine(address, credentials);
  const former = new Map<Client, NodeJS.Timeout>();
  return {
    async register(request) {
      try {
        const { contiguousSequence, protocolVersion, hubProtocolVersions } = await line.hub.register(request);
        return {
          contiguousSequence,
          protocolVersion: protocolVersion === 0 ? FIRST_PROTOCOL_VERSION : protocolVersion,
          hubProtocolVersions: hubProtocolVersions.length === 0 ? [FIRST_PROTOCOL_VERSION] : hubProtocolVersions,
        };
      } catch (cause) {
        throw refusalOf(cause);
      }
    },
    async heartbeat(lastSequence, { isReachable, isFollowed }, nowSeconds) {
      try {
        const answer = await line.hub.heartbeat({
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
        return (await line.ledger.listProvinces({})).provinces;
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async listForeignStatements(subjectReference, kind) {
      try {
        const { attestations } = await line.hub.listForeignStatements({ subjectReference, kind });
        return attestations.map((token) => Buffer.from(token).toString('latin1'));
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async listRiskLevels(after) {
      try {
        return (await line.ledger.listRiskLevels({ after })).levels;
      } catch (cause) {
        throw unreachable(cause);
      }
    },
    async stateRiskLevels(levels) {
      try {
        return (await line.hub.stateRiskLevels({ levels: levels.map(toWire) })).added;
      } catch (cause) {
        const { code, details } = cause as Partial<ServiceError>;
        if (code === status.INVALID_ARGUMENT || code === status.RESOURCE_EXHAUSTED) throw new AdapterError('REQUEST_FIELD_INVALID', details ?? '', { cause });
        throw unreachable(cause);
      }
    },
    async reconnect(next) {
      const opened = openLine(address, next);
      try {
        await requireAnswer(opened);
      } catch (cause) {
        opened.client.close();
        throw cause;
      }
      const { client } = line;
      line = opened;
      // By then every call that began on it is answered or over.
      former.set(client, setTimeout(() => {
        former.delete(client);
        client.close();
      }, CALL_TIMEOUT_MS * 2));
    },
    close: () => {
      for (const [client, timer] of former) {
        clearTimeout(timer);
        client.close();
      }
      line.client.close();
    },
  };
}
