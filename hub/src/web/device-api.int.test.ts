import { X509Certificate, webcrypto } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metadata, type Client } from '@grpc/grpc-js';
import { parseProvinceCode } from '@health-code/attestation';
import { unaryTransport, v1 } from '@health-code/messages';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import type { TestCertificate } from '../../../deploy/embedded/test-pki.js';
import type { EnrolmentJson, RefusalJson, ReportJson, StateJson, VerifyJson } from '../../web/shared/device-api.js';
import { hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { makeKeys, makeRequest } from '../joining/certificate-request.fixture.js';
import { createLogger } from '../platform/logger.js';
import { startHub, type RunningHub } from '../platform/start-hub.js';
import { makeProof } from './device.fixture.js';
import { callHttps, type HttpsAnswer } from './https-call.fixture.js';

const GUIZHOU = parseProvinceCode('520000');
const VERIFY = { checkpointClass: 'general', purpose: 'checkpoint', code: 'nobody’s code' };

let database: TestDatabase;
let nats: TestNats;
let pki: TestPki;
let hub: RunningHub;
let province: Client;
let membership: v1.Membership;
let device: TestCertificate;
let enrolled: EnrolmentJson;

const seconds = (): number => Math.floor(Date.now() / 1000);
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpsAnswer> => callHttps(hub.web, path, pki.serverAuthority, { method: 'POST', headers, body });
const urlOf = (path: string): string => `https://localhost:${hub.web.slice(hub.web.lastIndexOf(':') + 1)}${path}`;
const proven = async (path: string, body: unknown, by = device): Promise<HttpsAnswer> => post(path, body, { dpop: await makeProof(by, 'POST', urlOf(path), seconds()) });
const read = ({ text }: HttpsAnswer): unknown => JSON.parse(text);
const pem = (label: string, der: Uint8Array): Buffer => Buffer.from(`-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`);

/** Enrols as the page does, with a new key. */
async function enrol(token: string): Promise<{ readonly answer: HttpsAnswer; readonly key: Buffer }> {
  const keys = await makeKeys();
  const { der } = await makeRequest({ keys });
  const answer = await post('/api/enrolment', { token, certificateRequest: der.toString('base64') });
  return { answer, key: pem('PRIVATE KEY', new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))) };
}

beforeAll(async () => {
  [database, nats, pki] = await Promise.all([createTestDatabase(), startTestNats(), makeTestPki()]);
  hub = await startHub(
    {
      ...hubConfig(pki),
      databaseUrl: database.url,
      nats: { url: nats.url, publicUrl: nats.url, creds: nats.creds('hub'), accountSeed: nats.accountSeed },
      admitted: [{ code: GUIZHOU, standing: 'admitted' }],
    },
    createLogger('silent'),
  );
  province = pki.client(hub.grpc, await pki.certify({ role: 'province', province: GUIZHOU }));
  membership = v1.Membership.create(unaryTransport(province, { timeoutMs: 5000, metadata: new Metadata() }));
  const { code } = await membership.inviteCheckpoint({});
  const { answer, key } = await enrol(code);
  enrolled = read(answer) as EnrolmentJson;
  device = { certificate: pem('CERTIFICATE', Buffer.from(enrolled.chain[0] ?? '', 'base64')), key };
});

afterAll(async () => {
  province.close();
  await hub.stop();
  await nats.stop();
  await database.drop();
});

describe('a device in a browser, at a hub', () => {
  it('is enrolled with the token of its province', () => {
    expect(enrolled).toMatchObject({ province: '520000', identity: expect.stringMatching(/^spiffe:\/\/health-code\.internal\/checkpoint\/520000\/[0-9a-f]{16}$/) as string });
    expect(new X509Certificate(device.certificate).verify(new X509Certificate(pki.member.certificate).publicKey)).toBe(true);
    expect(enrolled.checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  it('is refused a token that was used, and one that nobody handed out', async () => {
    const { code } = await membership.inviteCheckpoint({});
    expect((await enrol(code)).answer.status).toBe(200);
    expect((read((await enrol(code)).answer) as RefusalJson).code).toBe('ENROLMENT_TOKEN_USED');
    expect((read((await enrol('x'.repeat(43))).answer) as RefusalJson).code).toBe('ENROLMENT_TOKEN_REFUSED');
  });

  it('is answered what a device on the gRPC port is answered', async () => {
    const answer = await proven('/api/verify', VERIFY);
    expect(answer.status).toBe(200);
    expect((read(answer) as VerifyJson).verdict).toMatchObject({ status: 'none', recognition: 'unknown-code', errorCode: 'CODE_UNKNOWN' });
  });

  it('is told its state', async () => {
    const dpop = await makeProof(device, 'GET', urlOf('/api/state'), seconds());
    const answer = await callHttps(hub.web, '/api/state', pki.serverAuthority, { headers: { dpop } });
    expect(read(answer) as StateJson).toMatchObject({ identity: enrolled.identity, province: '520000', certificateExpiresAt: enrolled.expiresAt });
  });

  it('reports what it verified alone, and is told where it had', async () => {
    const report = { reportId: '2f1c1f9e-6f0b-4f5e-9a53-0d4f6c7f8a01', hour: seconds() - (seconds() % 3600), counts: [{ purpose: 'checkpoint', recognition: 'recognised', errorCode: '', issuer: '520000', count: 3 }] };
    expect(read(await proven('/api/reports', report)) as ReportJson).toEqual({ isRepetition: false });
    expect(read(await proven('/api/reports', report)) as ReportJson).toEqual({ isRepetition: true });
  });

  it('asks nothing more once its province has taken its certificate back', async () => {
    const { code } = await membership.inviteCheckpoint({});
    const { answer, key } = await enrol(code);
    const { chain, identity } = read(answer) as EnrolmentJson;
    const lost = { certificate: pem('CERTIFICATE', Buffer.from(chain[0] ?? '', 'base64')), key };
    expect((await proven('/api/verify', VERIFY, lost)).status).toBe(200);
    await membership.revokeCheckpoint({ id: identity.slice(identity.lastIndexOf('/') + 1) });
    expect((read(await proven('/api/verify', VERIFY, lost)) as RefusalJson).code).toBe('CERTIFICATE_REVOKED');
  });
});
