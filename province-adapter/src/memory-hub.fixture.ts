import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { CODE, now } from './memory-province.fixture.js';
import type { ForeignProvince } from './operations/foreign-province.fixture.js';

/** A hub as one adapter sees it, without a database. It knows one token, and one other province. */
export interface MemoryHub {
  readonly address: string;
  readonly registrations: readonly v1.RegisterRequest[];
  /** As the last heartbeat said. */
  lastSequence(): number;
  /** Starts it anew where it was; it has forgotten who is registered. */
  restart(): Promise<void>;
  stop(): void;
}

/** Starts a hub that lists `foreign` and has its statements. */
export async function startMemoryHub(foreign: ForeignProvince): Promise<MemoryHub> {
  const registrations: v1.RegisterRequest[] = [];
  let server: Server;
  let isKnown = false;
  let lastSequence = 0;

  const listen = async (port: number): Promise<number> => {
    server = new Server();
    const refuseStranger = (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): boolean => {
      const isMember = call.metadata.get('authorization')[0] === 'Bearer token';
      if (!isMember) callback({ code: status.UNAUTHENTICATED, details: 'who' });
      return !isMember;
    };
    server.addService(serviceDefinition(v1.Adapter), {
      Register: (call: ServerUnaryCall<v1.RegisterRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        isKnown = true;
        registrations.push(call.request);
        callback(null, { province: CODE, contiguousSequence: 0 });
      },
      Heartbeat: (call: ServerUnaryCall<v1.HeartbeatRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        if (!isKnown) {
          callback({ code: status.FAILED_PRECONDITION, details: 'register first' });
          return;
        }
        lastSequence = call.request.lastSequence;
        callback(null, { contiguousSequence: 0, hubTime: { seconds: now() } });
      },
      ListForeignStatements: (call: ServerUnaryCall<v1.ListForeignStatementsRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        void foreign.state({ subject: call.request.subjectReference }).then(({ token }) => { callback(null, { attestations: [Buffer.from(token)] }); });
      },
    });
    server.addService(serviceDefinition(v1.Ledger), {
      ListProvinces: (_call: unknown, callback: sendUnaryData<object>) => {
        callback(null, { provinces: [foreign.listed] });
      },
    });
    return new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  };
  const port = await listen(0);
  return {
    address: `127.0.0.1:${port}`,
    registrations,
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
}
