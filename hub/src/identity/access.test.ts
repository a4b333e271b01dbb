import { Metadata, status, type Client, type ServiceDefinition, type ServiceError, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ROLES, serviceDefinition, v1, type PeerIdentity, type Role } from '@health-code/messages';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import { HubError } from '../errors.js';
import { SERVICES } from '../platform/grpc-access.js';
import { identifyByCertificate } from '../platform/grpc-peer.js';
import { GrpcServer } from '../platform/grpc-server.js';
import { decodeRichError } from '../platform/rich-error.js';
import { ACCESS } from './access.js';
import { callerOf } from './caller.js';
import { makeTestPki, NO_LIMITS, type TestPki } from './certificates.fixture.js';
import { Guard } from './guard.js';
import { rememberCertificates } from './identify-caller.js';
import { CertificateReader, fingerprintOf } from './parse-certificate.js';
import { RateLimits } from './rate-limits.js';
import { X509Certificate } from 'node:crypto';

const IDENTITY: Readonly<Record<Role, PeerIdentity>> = {
  province: { role: 'province', province: '520000' },
  checkpoint: { role: 'checkpoint', province: '520000', name: 'gate-1' },
  operator: { role: 'operator', name: 'a' },
  auditor: { role: 'auditor', name: 'a' },
};

/** What the contract of the country says, by service and method, written down a second time and not derived from the table. */
const OWN: Readonly<Record<Role, readonly RegExp[]>> = {
  province: [/\.PersonalHealthCode\//, /\.Adapter\//, /\.Membership\//, /\.Ledger\//, /\.MutualRecognition\/(GetMatrix|ListPolicies|GetPropagation)$/],
  checkpoint: [/\.PersonalHealthCode\/(VerifyCode|QueryHealth)$/, /\.Checkpoint\//, /\.Ledger\/(GetSummary|ListProvinces|ListRiskLevels|GetHubKeys)$/, /\.MutualRecognition\//],
  operator: [/\.Operator\//, /\.Ledger\//, /\.MutualRecognition\/(GetMatrix|ListPolicies|GetPropagation)$/],
  auditor: [/\.Operator\/List/, /\.Ledger\//, /\.MutualRecognition\/(GetMatrix|ListPolicies|GetPropagation)$/],
};
const isOwn = (role: Role, path: string): boolean => path.startsWith('/grpc.') || OWN[role].some((pattern) => pattern.test(path));

interface Method {
  readonly path: string;
  readonly isStream: boolean;
}

/** What each handler answers, so that a call that reached it is told from every refusal of the guard. */
const REACHED = { code: status.DATA_LOSS, details: 'reached' };
const seen: { headers?: string; role?: Role }[] = [];

const handlersOf = (definition: ServiceDefinition): UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [
      name,
      (call: { emit: (event: string, error: object) => void }, callback?: (error: object) => void) => {
        seen.push({ role: callerOf(call).role });
        if (method.responseStream) call.emit('error', REACHED);
        else callback?.(REACHED);
      },
    ]),
  );

/** Methods that the libraries add; reflection has no definition to import, so it is asked what it adds. */
function libraryMethods(): readonly Method[] {
  const added: Method[] = [];
  const take = (definition: ServiceDefinition): void => {
    for (const { path, requestStream, responseStream } of Object.values(definition)) added.push({ path, isStream: requestStream || responseStream });
  };
  take(healthService);
  new ReflectionService({}).addToServer({ addService: take });
  return added;
}

const METHODS: readonly Method[] = [
  ...Object.values(SERVICES).flatMap((service) => Object.values(serviceDefinition(service)).map(({ path, requestStream, responseStream }) => ({ path, isStream: requestStream || responseStream }))),
  ...libraryMethods(),
];

let pki: TestPki;
let server: GrpcServer;
let address: string;
const revoked = new Set<string>();
const certificates = new Map<Role, TestCertificate>();
const clients: Client[] = [];

beforeAll(async () => {
  pki = await makeTestPki();
  for (const role of ROLES) certificates.set(role, await pki.certify(IDENTITY[role]));
  const reader = new CertificateReader({ member: pki.member.certificate, operator: pki.operator.certificate, trustDomain: 'health-code.internal', isProduction: false });
  const standing = {
    check: ({ fingerprint }: { readonly fingerprint: string }): void => {
      if (revoked.has(fingerprint)) throw new HubError('CERTIFICATE_REVOKED', 'taken back');
    },
  };
  const guard = new Guard({ standing, limits: new RateLimits(NO_LIMITS), now: Date.now });
  const services = Object.values(SERVICES).map((definition) => ({ definition, handlers: handlersOf(serviceDefinition(definition)) }));
  server = new GrpcServer(services, guard, identifyByCertificate(rememberCertificates((der) => reader.parse(der))));
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, tls: pki.tls });
  address = `localhost:${String(port)}`;
});

afterAll(async () => {
  for (const client of clients) client.close();
  await server.drain();
});

const connect = (certificate?: TestCertificate): Client => {
  const client = pki.client(address, certificate);
  clients.push(client);
  return client;
};

/** The reason a call was refused for, `reached` where its handler was, or the status of a connection that did not come about. */
function call(client: Client, { path, isStream }: Method, metadata = new Metadata()): Promise<string> {
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    const settle = (error: ServiceError | null): void => {
      const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
      if (details !== undefined) resolve(decodeRichError(details as Buffer).reason);
      else if (error?.code === status.UNAVAILABLE) resolve('no connection');
      // Health and reflection answer what they like; what counts is that they were asked.
      else resolve(path.startsWith('/grpc.') || error?.code === status.DATA_LOSS ? 'reached' : `status ${String(error?.code)}`);
    };
    const options = { deadline: Date.now() + 5000 };
    if (!isStream) {
      client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, options, settle);
      return;
    }
    const stream = client.makeBidiStreamRequest(path, same, same, metadata, options);
    stream.on('error', settle);
    stream.on('data', () => {
      settle(null);
      stream.cancel();
    });
    stream.on('end', () => settle(null));
    stream.end(Buffer.alloc(0));
  });
}

const outcomes = async (client: Client, metadata?: Metadata): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const method of METHODS) found.set(method.path, await call(client, method, metadata));
  return found;
};

const everywhere = (outcome: string): ReadonlyMap<string, string> => new Map(METHODS.map(({ path }) => [path, outcome]));
const own = (role: Role): ReadonlyMap<string, string> => new Map(METHODS.map(({ path }) => [path, isOwn(role, path) ? 'reached' : 'CALLER_NOT_ALLOWED']));

describe('the allow-list', () => {
  it('has a row for every method of every service on the port, and none besides', () => {
    expect([...ACCESS.keys()].sort()).toEqual(METHODS.map(({ path }) => path).sort());
    expect(METHODS.length).toBeGreaterThan(50);
  });

  it.each(ROLES)('gives the role %s exactly its own methods', async (role) => {
    expect(await outcomes(connect(certificates.get(role)))).toEqual(own(role));
  });
});

describe('who shows no certificate that names him', () => {
  const member = (options: Parameters<TestPki['member']['issueClient']>[1], identity: PeerIdentity = IDENTITY.province) => () => pki.member.issueClient(identity, options);
  const hour = (from: number): { readonly notBefore: Date; readonly notAfter: Date } => ({ notBefore: new Date(Date.now() + from * 3_600_000), notAfter: new Date(Date.now() + (from + 1) * 3_600_000) });
  const twoNames = ['spiffe://health-code.internal/province/520000', 'spiffe://health-code.internal/operator/a'];

  it.each<[string, () => Promise<TestCertificate | undefined>, string]>([
    ['no certificate', async () => undefined, 'no connection'],
    ['one of a foreign authority with the name of ours', async () => (await makeTestAuthority('members')).issueClient(IDENTITY.province), 'no connection'],
    ['one that has expired', member(hour(-2)), 'no connection'],
    ['one whose time has not begun', member(hour(1)), 'no connection'],
    ['that of a server', member({ use: 'server' }), 'no connection'],
    ['one of the members’ authority that names an operator', member({}, IDENTITY.operator), 'CALLER_UNIDENTIFIED'],
    ['one of the members’ authority that names an auditor', member({}, IDENTITY.auditor), 'CALLER_UNIDENTIFIED'],
    ['one of the operators’ authority that names a province', () => pki.operator.issueClient(IDENTITY.province), 'CALLER_UNIDENTIFIED'],
    ['one of the operators’ authority that names a checkpoint', () => pki.operator.issueClient(IDENTITY.checkpoint), 'CALLER_UNIDENTIFIED'],
    ['one with two names', member({ uris: twoNames }), 'CALLER_UNIDENTIFIED'],
    ['one with the same name twice', member({ uris: [twoNames[0]!, twoNames[0]!] }), 'CALLER_UNIDENTIFIED'],
    ['one with no name', member({ uris: [] }), 'CALLER_UNIDENTIFIED'],
    ['one with a host for a name', member({ uris: [], hosts: ['520000.example'] }), 'CALLER_UNIDENTIFIED'],
    ['one of another trust domain', member({ trustDomain: 'other.internal' }), 'CALLER_UNIDENTIFIED'],
    ['one with a name that only begins like one of ours', member({ uris: ['spiffe://health-code.internal/province/520000/more'] }), 'CALLER_UNIDENTIFIED'],
    ['one of a province that there is not', member({}, { role: 'province', province: '990000' }), 'CALLER_UNIDENTIFIED'],
  ])('%s: is refused everything', async (_, make, outcome) => {
    seen.length = 0;
    expect(await outcomes(connect(await make()))).toEqual(everywhere(outcome));
    expect(seen).toEqual([]);
  }, 30_000);

  it.each(ROLES)('one of role %s that was taken back: is refused everything, on a connection that was open before too', async (role) => {
    const certificate = await pki.certify(IDENTITY[role]);
    const client = connect(certificate);
    expect(await outcomes(client)).toEqual(own(role));
    revoked.add(fingerprintOf(new X509Certificate(certificate.certificate).raw));
    const refused = new Map(METHODS.map(({ path }) => [path, isOwn(role, path) ? 'CERTIFICATE_REVOKED' : 'CALLER_NOT_ALLOWED']));
    expect(await outcomes(client)).toEqual(refused);
    expect(await outcomes(connect(certificate))).toEqual(refused);
  }, 30_000);
});

describe('headers', () => {
  it('change nothing, whatever they claim', async () => {
    const operator = new X509Certificate(certificates.get('operator')!.certificate);
    const claims = new Metadata();
    claims.set('authorization', 'Bearer 520000');
    claims.set('x-forwarded-client-cert', `By=spiffe://health-code.internal/hub;Hash=${fingerprintOf(operator.raw)};URI=spiffe://health-code.internal/operator/a`);
    claims.set('x-ssl-client-verify', 'SUCCESS');
    claims.set('x-ssl-client-cert', encodeURIComponent(operator.toString()));
    claims.set('x-ssl-client-s-dn', 'CN=operator');
    claims.set('x-forwarded-for', '127.0.0.1');
    claims.set('x-role', 'operator');
    for (const role of ROLES) expect(await outcomes(connect(certificates.get(role)), claims)).toEqual(own(role));
    expect(await call(connect(await pki.member.issueClient(IDENTITY.operator)), METHODS[0]!, claims)).toBe('CALLER_UNIDENTIFIED');
  }, 30_000);
});

describe('GrpcServer', () => {
  const guard = new Guard({ standing: { check: () => undefined }, limits: new RateLimits(NO_LIMITS), now: Date.now });
  const never = (): never => {
    throw new Error('called');
  };

  it('does not come up with a method that has no handler', () => {
    expect(() => new GrpcServer([{ definition: v1.Ledger, handlers: {} }], guard, never)).toThrow(HubError);
  });

  it('does not come up with a method that has no row', () => {
    expect(() => new GrpcServer([{ definition: v1.Enrolment, handlers: { Apply: never } }], guard, never)).toThrow(/Apply has no row/);
  });
});
