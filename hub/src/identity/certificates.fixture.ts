import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { ProvinceCode } from '@health-code/attestation';
import { DEFAULT_TRUST_DOMAIN, serviceDefinition, spiffeId, type PeerIdentity } from '@health-code/messages';
import { makeTestAuthority, type TestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import type { HubConfig, TlsFiles } from '../config.js';
import type { GrpcService } from '../platform/grpc-handlers.js';
import { PlaintextServer } from '../platform/grpc-server.js';
import type { Caller } from './caller.js';
import { Guard, type GuardParts } from './guard.js';
import { RateLimits, type Limits } from './rate-limits.js';

/*
 * Callers for tests. With certificates over TLS:
 *
 *   const pki = await makeTestPki();
 *   config = { ...hubConfig(pki), … }; hub = await startHub(config, logger);
 *   const client = pki.client(hub.grpc, await pki.certify({ role: 'province', province: '520000' }));
 *
 * or without, where a test is about something else: `await serveAs(provinceCaller('520000'), [service])`.
 */

/** Authorities of one test, and a server's certificate for localhost and 127.0.0.1. */
export interface TestPki {
  readonly member: TestAuthority;
  readonly operator: TestAuthority;
  readonly server: TestCertificate;
  /** PEM of the authority that issued it. */
  readonly serverAuthority: Buffer;
  readonly tls: TlsFiles;
  /** A certificate of the authority that issues for the role. */
  readonly certify: (identity: PeerIdentity) => Promise<TestCertificate>;
  /** How a client with this certificate connects; without one, it shows none. */
  readonly channel: (certificate?: TestCertificate) => ChannelCredentials;
  /** A client of `address` (`host:port` on this machine). */
  readonly client: (address: string, certificate?: TestCertificate) => Client;
}

/** Makes the authorities of one test. */
export async function makeTestPki(): Promise<TestPki> {
  const [member, operator, serverAuthority] = await Promise.all([makeTestAuthority('members'), makeTestAuthority('operators'), makeTestAuthority('servers')]);
  const server = await serverAuthority.issueServer();
  const channel = (certificate?: TestCertificate): ChannelCredentials =>
    certificate === undefined ? credentials.createSsl(serverAuthority.certificate) : credentials.createSsl(serverAuthority.certificate, certificate.key, certificate.certificate);
  return {
    member,
    operator,
    server,
    serverAuthority: serverAuthority.certificate,
    tls: { ...server, clientAuthority: Buffer.concat([member.certificate, operator.certificate]) },
    certify: (identity) => (identity.role === 'province' || identity.role === 'checkpoint' ? member : operator).issueClient(identity),
    channel,
    client: (address, certificate) => new Client(address.replace('127.0.0.1', 'localhost'), channel(certificate)),
  };
}

/** Limits that no test reaches by accident. */
export const NO_LIMITS: Limits = {
  verify: { count: 1_000_000, perMs: 1000 },
  identityQuery: { count: 1_000_000, perMs: 1000 },
  member: { count: 1_000_000, perMs: 1000 },
  enrolment: { count: 1_000_000, perMs: 1000 },
};

/** The parts of a hub's configuration that are about callers, and defaults for the rest but database and NATS. */
export const hubConfig = (pki: TestPki): Omit<HubConfig, 'databaseUrl' | 'nats'> => ({
  grpc: { host: '127.0.0.1', port: 0, tls: pki.tls },
  enrolment: { host: '127.0.0.1', port: 0 },
  authorities: { member: pki.member, operator: pki.operator.certificate },
  trustDomain: DEFAULT_TRUST_DOMAIN,
  hubKeyFile: join(mkdtempSync(join(tmpdir(), 'health-code-hub-')), 'hub-keys.json'),
  environment: 'development',
  http: { host: '127.0.0.1', port: 0 },
  web: { host: '127.0.0.1', port: 0, tls: pki.tls },
  admitted: [],
  limits: NO_LIMITS,
  lifetimes: { certificateMs: 3_600_000, natsUserMs: 3_600_000, badgeMs: 3_600_000 },
  probeIntervalMs: 60_000,
  callTimeoutMs: 500,
  conversionRetentionMs: 3_600_000,
  logLevel: 'silent',
});

const callerAs = (identity: PeerIdentity): Caller => ({
  role: identity.role,
  id: spiffeId(identity),
  fingerprint: 'f'.repeat(64),
  ...('province' in identity ? { province: identity.province as ProvinceCode } : {}),
});

/** A province that calls. */
export const provinceCaller = (province: string): Caller => callerAs({ role: 'province', province });

/** A device of a province that calls. */
export const checkpointCaller = (province: string): Caller => callerAs({ role: 'checkpoint', province, name: 'gate-1' });

/** An operator who calls. */
export const operatorCaller = (name = 'a'): Caller => callerAs({ role: 'operator', name });

/** An auditor who calls: whoever may read everything. */
export const auditorCaller = (): Caller => callerAs({ role: 'auditor', name: 'a' });

/** A guard that lets everybody in who has the role. */
export const openGuard = (parts: Partial<GuardParts> = {}): Guard =>
  new Guard({ standing: { check: () => undefined }, limits: new RateLimits(NO_LIMITS), now: Date.now, ...parts });

/** A method that a test has no handler for. In the hub another part brings it, and the server would not come up without it. */
const notInThisTest = (): never => {
  throw new Error('no handler in this test');
};

const complete = ({ definition, handlers }: GrpcService): GrpcService => ({
  definition,
  handlers: { ...Object.fromEntries(Object.keys(serviceDefinition(definition)).map((name) => [name, notInThisTest])), ...handlers },
});

/** Services on a port without TLS, with every call taken for one of `caller`. */
export async function serveAs(caller: Caller, services: readonly GrpcService[], guard: Guard = openGuard()): Promise<{ readonly client: Client; readonly stop: () => Promise<void> }> {
  const server = new PlaintextServer(services.map(complete), guard, caller);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure());
  return {
    client,
    stop: async () => {
      client.close();
      await server.drain();
    },
  };
}
