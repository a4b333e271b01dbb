import { Metadata, status, type Client, type ServiceDefinition, type ServiceError } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { makeTestPki, NO_LIMITS, type TestPki } from '../identity/certificates.fixture.js';
import { RateLimits } from '../identity/rate-limits.js';
import { EnrolmentServer, remoteParty } from './enrolment-server.js';
import { SERVICES } from './grpc-access.js';
import { unary } from './grpc-handlers.js';
import { decodeRichError } from './rich-error.js';

const LIMIT = 20;
let applications = 0;
const ENROLMENT = {
  definition: v1.Enrolment,
  handlers: {
    Apply: unary<v1.ApplyRequest, v1.ApplyResponse.$Properties>(({ token }) => {
      applications += 1;
      if (token !== 'invited') throw new HubError('ENROLMENT_TOKEN_REFUSED', 'nobody handed it out');
      return { certificate: { identity: 'spiffe://health-code.internal/province/520000' } };
    }),
  },
};

let pki: TestPki;
let server: EnrolmentServer;
let client: Client;

beforeAll(async () => {
  pki = await makeTestPki();
  server = new EnrolmentServer(ENROLMENT, new RateLimits({ ...NO_LIMITS, enrolment: { count: LIMIT, perMs: 3_600_000 } }));
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 }, pki.server);
  client = pki.client(`127.0.0.1:${String(port)}`);
});

afterAll(async () => {
  client.close();
  await server.drain();
});

const apply = (token: string) => v1.Enrolment.create(unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() })).apply({ token });
const refusal = (call: Promise<unknown>): Promise<ServiceError> => call.then(() => { throw new Error('accepted'); }, (error: unknown) => error as ServiceError);

/** Paths of everything that is served elsewhere, or could be. */
function otherPaths(): readonly string[] {
  const definitions: ServiceDefinition[] = [...Object.values(SERVICES).map(serviceDefinition), healthService];
  new ReflectionService({}).addToServer({ addService: (definition: ServiceDefinition) => definitions.push(definition) });
  return definitions.flatMap((definition) => Object.values(definition).map(({ path }) => path));
}

describe('EnrolmentServer', () => {
  it('asks for no certificate, and lets a stranger apply', async () => {
    expect((await apply('invited')).certificate?.identity).toBe('spiffe://health-code.internal/province/520000');
    expect((await refusal(apply('guessed'))).code).toBe(status.UNAUTHENTICATED);
  });

  it('offers nothing else: no method of another service, no reflection, no health', async () => {
    const paths = otherPaths();
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      const asked = new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, (bytes: Buffer) => bytes, (bytes) => bytes, Buffer.alloc(0), (error, answer) => { if (error === null) resolve(answer); else reject(error); });
      });
      expect((await refusal(asked)).code, path).toBe(status.UNIMPLEMENTED);
    }
  });

  it('does not come up with another service, or with more than one method', () => {
    expect(() => new EnrolmentServer({ definition: v1.Ledger, handlers: Object.fromEntries(Object.keys(serviceDefinition(v1.Ledger)).map((name) => [name, () => undefined])) }, { take: () => undefined })).toThrow(HubError);
  });

  it('lets one address guess only so often, and says when to come back', async () => {
    const before = applications;
    for (let guess = before; guess < LIMIT; guess += 1) await refusal(apply('guessed'));
    const error = await refusal(apply('invited'));
    const told = decodeRichError(error.metadata.get('grpc-status-details-bin')[0] as Buffer);
    expect([error.code, told.reason, told.message]).toEqual([status.RESOURCE_EXHAUSTED, 'RATE_LIMIT_EXCEEDED', `more than ENROLMENT_LIMIT allows: ${String(LIMIT)} an hour`]);
    expect(Number(told.metadata['retry_after_ms'])).toBeGreaterThan(0);
    expect(applications).toBe(LIMIT);
  });
});

describe('remoteParty', () => {
  it.each([
    ['10.1.2.3:4711', '10.1.2.3'],
    ['[::1]:4711', '0:0:0:0'],
    ['::1:4711', '0:0:0:0'],
    ['[2001:db8:1:2:3:4:5:6]:4711', '2001:db8:1:2'],
    ['[2001:db8:1:2::9]:4711', '2001:db8:1:2'],
    ['[2001:db8::9]:4711', '2001:db8:0:0'],
    ['[::ffff:10.1.2.3]:4711', '10.1.2.3'],
    ['unknown', 'unknown'],
  ])('counts %s as %s', (peer, party) => {
    expect(remoteParty(peer)).toBe(party);
  });
});
