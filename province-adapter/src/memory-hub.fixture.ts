import { X509Certificate } from 'node:crypto';
import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { PROTOCOL_VERSIONS, serviceDefinition, v1 } from '@health-code/messages';
import { makeTestAuthority, type TestAuthority } from '../../deploy/embedded/test-pki.js';
import type { HubCredentials } from './hub/hub-credentials.js';
import { CODE, now } from './memory-province.fixture.js';
import type { ForeignProvince } from './operations/foreign-province.fixture.js';

/** A registration, and when it came. */
export interface NotedRegistration extends v1.RegisterRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A hub as one adapter sees it, without a database. It knows one authority's certificates of one province, and one other province. */
export interface MemoryHub {
  readonly address: string;
  readonly authority: TestAuthority;
  readonly registrations: readonly NotedRegistration[];
  /** Serial numbers of the certificates it was called with, each once. */
  readonly certificates: ReadonlySet<string>;
  /** Key ids that it refuses to register. */
  readonly unaccepted: Set<string>;
  /** Speaks as hubs did before versions were told. */
  isOfVersionBefore: boolean;
  /** Good for this hub; new ones each time. */
  issue(): Promise<HubCredentials>;
  /** As the last heartbeat said. */
  lastSequence(): number;
  /** Starts it anew where it was; it has forgotten who is registered. */
  restart(): Promise<void>;
  stop(): void;
}

type Call<Request> = ServerUnaryCall<Request, object>;
type Answer = sendUnaryData<object>;

const kidOf = ({ jwk }: v1.IPublicKey): string => String((JSON.parse(jwk ?? '{}') as { kid?: unknown }).kid);

/** Starts a hub that lists `foreign` and has its statements. */
export async function startMemoryHub(foreign: ForeignProvince): Promise<MemoryHub> {
  const registrations: NotedRegistration[] = [];
  const certificates = new Set<string>();
  const unaccepted = new Set<string>();
  const authority = await makeTestAuthority('memory hub');
  const own = await authority.issueServer();
  let server: Server;
  let isKnown = false;
  let lastSequence = 0;

  const refuseStranger = (call: Call<object>, callback: Answer): boolean => {
    const raw = call.getAuthContext().sslPeerCertificate?.raw;
    const certificate = raw === undefined ? undefined : new X509Certificate(raw);
    if (certificate?.subjectAltName === `URI:spiffe://health-code.internal/province/${CODE}`) {
      certificates.add(certificate.serialNumber);
      return false;
    }
    callback({ code: status.UNAUTHENTICATED, details: 'who' });
    return true;
  };
  const register = (call: Call<v1.RegisterRequest>, callback: Answer): void => {
    if (refuseStranger(call, callback)) return;
    const refused = call.request.keys.flatMap((key, position) => (unaccepted.has(kidOf(key)) ? [`keys[${position}]`] : []));
    if (refused.length > 0) {
      callback({ code: status.FAILED_PRECONDITION, details: `KEY_NOT_ACCEPTED: keys that are not accepted: ${refused.join(', ')}` });
      return;
    }
    isKnown = true;
    registrations.push(Object.assign(call.request, { at: Date.now() }));
    const versions = hub.isOfVersionBefore ? {} : { protocolVersion: 2, hubProtocolVersions: [...PROTOCOL_VERSIONS] };
    callback(null, { province: CODE, contiguousSequence: 0, ...versions });
  };
  const listen = async (port: number): Promise<number> => {
    server = new Server();
    server.addService(serviceDefinition(v1.Adapter), {
      Register: register,
      Heartbeat: (call: Call<v1.HeartbeatRequest>, callback: Answer) => {
        if (refuseStranger(call, callback)) return;
        if (!isKnown) {
          callback({ code: status.FAILED_PRECONDITION, details: 'register first' });
          return;
        }
        lastSequence = call.request.lastSequence;
        callback(null, { contiguousSequence: 0, hubTime: { seconds: now() } });
      },
      ListForeignStatements: (call: Call<v1.ListForeignStatementsRequest>, callback: Answer) => {
        if (refuseStranger(call, callback)) return;
        void foreign.state({ subject: call.request.subjectReference }).then(({ token }) => { callback(null, { attestations: [Buffer.from(token)] }); });
      },
    });
    server.addService(serviceDefinition(v1.Ledger), {
      ListProvinces: (call: Call<object>, callback: Answer) => {
        if (!refuseStranger(call, callback)) callback(null, { provinces: [foreign.listed] });
      },
      GetSummary: (call: Call<object>, callback: Answer) => {
        if (!refuseStranger(call, callback)) callback(null, {});
      },
    });
    const credentials = ServerCredentials.createSsl(authority.certificate, [{ cert_chain: own.certificate, private_key: own.key }], true);
    return new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  };
  const port = await listen(0);
  const hub: MemoryHub = {
    address: `127.0.0.1:${port}`,
    authority,
    registrations,
    certificates,
    unaccepted,
    isOfVersionBefore: false,
    issue: async () => ({ authority: authority.certificate, ...(await authority.issueClient({ role: 'province', province: CODE })) }),
    lastSequence: () => lastSequence,
    async restart() {
      isKnown = false;
      server.forceShutdown();
      await listen(port);
    },
    stop: () => {
      server.forceShutdown();
    },
  };
  return hub;
}
