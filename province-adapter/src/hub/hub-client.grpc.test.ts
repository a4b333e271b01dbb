import { Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import { createHubClient, type HubClient } from './hub-client.grpc.js';
import type { HubCredentials } from './hub-credentials.js';

const PROVINCE = { role: 'province', province: '520000' } as const;

type Call = ServerUnaryCall<unknown, unknown>;
type Answer = sendUnaryData<unknown>;

/** A hub that knows provinces by their certificates, and answers a heartbeat when it is let. */
const server = new Server();
let authority: TestAuthority;
let credentials: HubCredentials;
let port: number;
/** Serial numbers, in upper case, of the certificates that heartbeats came by. */
const beatBy: (string | undefined)[] = [];
const held: (() => void)[] = [];
let isHolding = false;
let isKnown = true;
let registered: object = {};
let registrationRefusal: string | undefined;
const metadataShown: Record<string, unknown>[] = [];

const serialOf = (call: Call): string | undefined => (call.getAuthContext().sslPeerCertificate as { readonly serialNumber?: string } | undefined)?.serialNumber;
const withHub = ({ certificate, key }: TestCertificate): HubCredentials => ({ authority: authority.certificate, certificate, key });

beforeAll(async () => {
  authority = await makeTestAuthority('member CA');
  credentials = withHub(await authority.issueClient(PROVINCE));
  server.addService(serviceDefinition(v1.Adapter), {
    Register: (_call: Call, answer: Answer) => {
      if (registrationRefusal === undefined) answer(null, registered);
      else answer({ code: status.FAILED_PRECONDITION, details: registrationRefusal });
    },
    Heartbeat: (call: Call, answer: Answer) => {
      metadataShown.push(call.metadata.getMap());
      beatBy.push(serialOf(call));
      const give = (): void => { answer(null, { contiguousSequence: 3 }); };
      if (isHolding) held.push(give);
      else give();
    },
    ListForeignStatements: (call: ServerUnaryCall<v1.ListForeignStatementsRequest, unknown>, answer: Answer) => {
      if (isKnown) answer(null, { attestations: [Buffer.from(`${call.request.subjectReference}.b.c`)] });
      else answer({ code: status.UNAUTHENTICATED, details: 'CERTIFICATE_REVOKED: taken back' });
    },
  });
  server.addService(serviceDefinition(v1.Ledger), {
    ListProvinces: (_call: Call, answer: Answer) => { answer(null, { provinces: [{ code: '110000' }] }); },
    GetSummary: (_call: Call, answer: Answer) => {
      if (isKnown) answer({ code: status.FAILED_PRECONDITION, details: 'MEMBERSHIP_STATE_INVALID: not admitted yet' });
      else answer({ code: status.UNAUTHENTICATED, details: 'CERTIFICATE_REVOKED: taken back' });
    },
  });
  const own = await authority.issueServer();
  const asking = ServerCredentials.createSsl(authority.certificate, [{ cert_chain: own.certificate, private_key: own.key }], true);
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', asking, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
});

beforeEach(() => {
  [isHolding, isKnown, registered, registrationRefusal] = [false, true, {}, undefined];
  beatBy.length = 0;
});

afterAll(() => {
  server.forceShutdown();
});

async function asked<T>(ask: (hub: HubClient) => Promise<T>, shown = credentials, serverName = 'localhost'): Promise<T> {
  const hub = createHubClient({ address: `127.0.0.1:${String(port)}`, serverName }, shown);
  try {
    return await ask(hub);
  } finally {
    hub.close();
  }
}
const beat = (hub: HubClient): Promise<unknown> => hub.heartbeat(3, { isReachable: true, isFollowed: true }, 1_800_000_000);
const list = (hub: HubClient): Promise<readonly string[]> => hub.listForeignStatements('reference', v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS);

describe('createHubClient', () => {
  it('is known by its certificate, and shows nothing else', async () => {
    expect(await asked(beat)).toMatchObject({ contiguousSequence: 3 });
    expect(Object.keys(metadataShown.at(-1) ?? {}).filter((name) => name !== 'user-agent')).toEqual([]);
  });

  it('is not let in with a certificate of another authority', async () => {
    const other = await makeTestAuthority('member CA');
    const foreign = withHub(await other.issueClient(PROVINCE));
    await expect(asked(beat, foreign)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(asked((hub) => hub.listProvinces(), foreign)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
  });

  it('says nothing to a hub of another authority, or of another name', async () => {
    const other = await makeTestAuthority('server CA');
    await expect(asked(list, { ...credentials, authority: other.certificate })).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    await expect(asked(list, credentials, 'hub.example')).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
  });

  it('hands on what others state, and asks who the provinces are', async () => {
    expect(await asked(list)).toEqual(['reference.b.c']);
    expect(await asked((hub) => hub.listProvinces())).toMatchObject([{ code: '110000' }]);
  });

  it('tells a hub that is away from one that does not know this adapter', async () => {
    isKnown = false;
    await expect(asked(list)).rejects.toMatchObject({ code: 'REGISTRATION_REFUSED' });
  });

  it('says which version both speak; a hub that tells none is one from before they were told', async () => {
    registered = { protocolVersion: 2, hubProtocolVersions: [2, 3], contiguousSequence: 9 };
    expect(await asked((hub) => hub.register({}))).toEqual({ contiguousSequence: 9, protocolVersion: 2, hubProtocolVersions: [2, 3] });
    registered = {};
    expect(await asked((hub) => hub.register({}))).toEqual({ contiguousSequence: 0, protocolVersion: 1, hubProtocolVersions: [1] });
  });

  it('says what to do where no version is common', async () => {
    registrationRefusal = 'PROTOCOL_VERSION_UNSUPPORTED: the adapter speaks 1, 2; the hub 3, 4';
    await expect(asked((hub) => hub.register({}))).rejects.toMatchObject({
      code: 'REGISTRATION_REFUSED', message: expect.stringMatching(/^adapter and hub speak no common version of the protocol, bring the older one up to date: .*3, 4/) as string,
    });
  });
});

describe('reconnect', () => {
  it('shows another certificate from then on, and lets calls under way end where they began', async () => {
    const next = withHub(await authority.issueClient(PROVINCE));
    await asked(async (hub) => {
      isHolding = true;
      const underWay = beat(hub);
      await expect.poll(() => held.length).toBe(1);
      isHolding = false;
      await hub.reconnect(next);
      await beat(hub);
      held.splice(0).forEach((give) => { give(); });
      expect(await underWay).toMatchObject({ contiguousSequence: 3 });
    });
    expect(new Set(beatBy).size).toBe(2);
  });

  it('keeps the certificate in use where the hub does not take the other one, or is not sure to', async () => {
    const other = await makeTestAuthority('member CA');
    await asked(async (hub) => {
      await beat(hub);
      await expect(hub.reconnect(withHub(await other.issueClient(PROVINCE)))).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
      isKnown = false;
      await expect(hub.reconnect(withHub(await authority.issueClient(PROVINCE)))).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
      await beat(hub);
    });
    expect(new Set(beatBy).size).toBe(1);
  });
});
