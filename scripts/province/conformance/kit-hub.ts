import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { PROTOCOL_VERSIONS, commonProtocolVersion, serviceDefinition, spiffeId, v1 } from '@health-code/messages';

/** What the kit's hub shows whoever connects. PEM. */
export interface KitHubTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Issuer of the adapter's client certificate. */
  readonly clientAuthority: Buffer;
}

/** A heartbeat as it came. Milliseconds since the epoch. */
export interface SeenHeartbeat {
  readonly receivedAt: number;
  readonly sentAt: number;
  readonly lastSequence: number;
}

/** The hub as one adapter sees it, without a register: it writes down what it is told. */
export interface KitHub {
  /** host:port */
  readonly address: string;
  readonly registrations: readonly v1.RegisterRequest[];
  readonly heartbeats: readonly SeenHeartbeat[];
  /** By how much the hub's clock is told wrong; milliseconds. */
  setClockOffset(offsetMs: number): void;
  /** Resolves at the first registration. */
  readonly registered: Promise<v1.RegisterRequest>;
  stop(): void;
}

/** What the hub is made of. */
export interface KitHubOptions {
  readonly province: string;
  readonly tls: KitHubTls;
  readonly port: number;
  /** The last sequence number that came without a gap before it. */
  readonly contiguousSequence: () => number;
  /** Takes the keys in; waited for before the adapter is told that it is registered. */
  readonly onRegistered: (registration: v1.RegisterRequest) => Promise<void>;
}

type Handler = (request: never) => object | Promise<object>;

const millisecondsOf = (time: { readonly seconds?: number | null; readonly nanos?: number | null } | null | undefined): number =>
  (time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/** Opens the hub's services for an adapter, over mTLS, and waits until they are open. */
export async function startKitHub({ province, tls, port, contiguousSequence, onRegistered }: KitHubOptions): Promise<KitHub> {
  const registrations: v1.RegisterRequest[] = [];
  const heartbeats: SeenHeartbeat[] = [];
  const identity = `URI:${spiffeId({ role: 'province', province })}`;
  let clockOffset = 0;
  let resolveRegistered: (registration: v1.RegisterRequest) => void = () => undefined;
  const registered = new Promise<v1.RegisterRequest>((resolve) => {
    resolveRegistered = resolve;
  });

  const asProvince = (handle: Handler) => (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    const names = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
    if (names !== identity) callback({ code: status.UNAUTHENTICATED, details: `the certificate does not name ${identity}` });
    else
      Promise.resolve(handle(call.request as never)).then(
        (answer) => callback(null, answer),
        (error: unknown) => callback({ code: status.INTERNAL, details: String(error) }),
      );
  };
  const handlers: Readonly<Record<string, Handler>> = {
    Register: async (request: v1.RegisterRequest) => {
      await onRegistered(request);
      registrations.push(request);
      resolveRegistered(request);
      const protocolVersion = commonProtocolVersion(PROTOCOL_VERSIONS, request.protocolVersions) ?? 0;
      return { province, contiguousSequence: contiguousSequence(), protocolVersion, hubProtocolVersions: [...PROTOCOL_VERSIONS] };
    },
    Heartbeat: (request: v1.HeartbeatRequest) => {
      const receivedAt = Date.now();
      heartbeats.push({ receivedAt, sentAt: millisecondsOf(request.sentAt), lastSequence: request.lastSequence });
      const told = receivedAt + clockOffset;
      return { contiguousSequence: contiguousSequence(), hubTime: { seconds: Math.floor(told / 1000), nanos: (told % 1000) * 1e6 } };
    },
    ListForeignStatements: () => ({ attestations: [] }),
    StateRiskLevels: () => ({ added: 0 }),
    ListProvinces: () => ({ provinces: [{ code: province, standing: 'admitted', jwks: '{"keys":[]}' }] }),
    ListRiskLevels: () => ({ levels: [] }),
  };
  const server = new Server();
  for (const service of [v1.Adapter, v1.Ledger]) {
    const definition = serviceDefinition(service);
    const own = Object.keys(definition).filter((method) => method in handlers);
    server.addService(
      Object.fromEntries(own.flatMap((method) => (definition[method] === undefined ? [] : [[method, definition[method]]]))),
      Object.fromEntries(own.map((method) => [method, asProvince(handlers[method] ?? (() => ({})))])),
    );
  }
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createSsl(tls.clientAuthority, [{ cert_chain: tls.certificate, private_key: tls.key }], true);
    server.bindAsync(`127.0.0.1:${String(port)}`, credentials, (error, at) => {
      if (error === null) resolve(at);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${String(bound)}`,
    registrations,
    heartbeats,
    registered,
    setClockOffset: (offsetMs) => {
      clockOffset = offsetMs;
    },
    stop: () => {
      server.forceShutdown();
    },
  };
}
