import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCertificate } from '../../../deploy/embedded/test-pki.js';
import type { RefusalJson } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';
import { hubConfig, makeTestPki, NO_LIMITS, type TestPki } from '../identity/certificates.fixture.js';
import { Guard } from '../identity/guard.js';
import { CertificateReader, fingerprintOf } from '../identity/parse-certificate.js';
import { RateLimits } from '../identity/rate-limits.js';
import { addressText } from '../platform/listen.js';
import { DeviceCalls } from './device-calls.js';
import { DeviceProofs } from './device-proof.js';
import { makeProof, x5cOf, type ProofContent } from './device.fixture.js';
import { DEVICE_HTTP_PARTS, DeviceHttp, type DeviceHttpParts, type DeviceServices } from './device.http.js';
import { callHttps, type HttpsAnswer } from './https-call.fixture.js';
import { ownHost } from './own-host.js';
import { UsedProofs } from './used-proofs.js';
import { WebServer } from './web-server.js';

const VERIFY = { checkpointClass: 'general', purpose: 'checkpoint', code: '贵州码' };
const LIMITS = { ...NO_LIMITS, enrolment: { count: 3, perMs: 3_600_000 } };

let pki: TestPki;
let device: TestCertificate;
let app: NestFastifyApplication;
let server: WebServer;
let host: string;
const revoked = new Set<string>();
const asked: unknown[] = [];

const services: DeviceServices = {
  apply: async (request) => {
    asked.push(request);
    if (request.token !== 'good') throw new HubError('ENROLMENT_TOKEN_USED', 'the token was redeemed before');
    return { certificate: { chain: [Buffer.from('own')], identity: 'spiffe://health-code.internal/checkpoint/520000/0123', expiresAt: { seconds: 1_800_000_000 } }, packageRoot: Buffer.from('{}') };
  },
  verifyCode: (request, call) => {
    asked.push({ request, caller: call.caller.id });
    return { verdict: { recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN } };
  },
  reportChecks: async (request) => {
    asked.push(request);
    return { isRepetition: true };
  },
  findPackage: () => ({ version: 7, root: Buffer.from('{}') }),
};

beforeAll(async () => {
  pki = await makeTestPki();
  device = await pki.certify({ role: 'checkpoint', province: '520000', name: 'gate-1' });
  const reader = new CertificateReader({ member: pki.member.certificate, operator: pki.operator.certificate, trustDomain: 'health-code.internal', isProduction: false });
  const standing = {
    check: ({ fingerprint }: { readonly fingerprint: string }): void => {
      if (revoked.has(fingerprint)) throw new HubError('CERTIFICATE_REVOKED', 'taken back');
    },
  };
  const limits = new RateLimits(LIMITS);
  const guard = new Guard({ standing, limits, now: Date.now });
  const parts: DeviceHttpParts = {
    services,
    calls: new DeviceCalls({ proofs: new DeviceProofs(), parse: (der) => reader.parse(der), guard, used: new UsedProofs(), now: Date.now }),
    limits,
    isOwnHost: ownHost(pki.server.certificate),
    trustDomain: 'health-code.internal',
    now: Date.now,
  };
  @Module({ controllers: [DeviceHttp], providers: [{ provide: DEVICE_HTTP_PARTS, useValue: parts }] })
  class Device {}
  app = await NestFactory.create<NestFastifyApplication>(Device, new FastifyAdapter({ bodyLimit: 65_536 }), { logger: false });
  await app.listen(0, '127.0.0.1');
  const { web } = hubConfig(pki);
  const fastify = app.getHttpAdapter().getInstance();
  server = await WebServer.listen(web, web.tls, (request, response) => { fastify.routing(request, response); });
  host = `localhost:${String(server.address.port)}`;
});

afterAll(async () => {
  await server.drain();
  await app.close();
});

const seconds = (): number => Math.floor(Date.now() / 1000);
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpsAnswer> =>
  callHttps(addressText(server.address), path, pki.serverAuthority, { method: 'POST', headers, body });
const proven = async (path: string, body: unknown, content: ProofContent = {}, by: TestCertificate = device): Promise<HttpsAnswer> =>
  post(path, body, { dpop: await makeProof(by, 'POST', `https://${host}${path}`, seconds(), content) });
const codeOf = ({ status, text }: HttpsAnswer): readonly [number, string] => [status, (JSON.parse(text) as RefusalJson).code];

describe('a device in a browser', () => {
  it('verifies with the certificate of its proof, for the province of that certificate', async () => {
    asked.length = 0;
    const answer = await proven('/api/verify', VERIFY);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(JSON.parse(answer.text)).toMatchObject({ verdict: { status: '00', recognition: 'recognised', errorCode: '', conflicts: [] } });
    expect(asked).toMatchObject([{ caller: 'spiffe://health-code.internal/checkpoint/520000/gate-1', request: { context: { province: '520000', purpose: v1.Purpose.PURPOSE_CHECKPOINT }, code: Buffer.from('贵州码') } }]);
  });

  it('reports what it verified alone', async () => {
    asked.length = 0;
    const answer = await proven('/api/reports', { reportId: 'a', hour: 3600, counts: [{ purpose: 'travel', recognition: 'superseded', errorCode: 'ATTESTATION_SUPERSEDED', issuer: '520000', count: 2 }] });
    expect(JSON.parse(answer.text)).toEqual({ isRepetition: true });
    expect(asked).toMatchObject([{ reportId: 'a', hour: { seconds: 3600 }, counts: [{ purpose: v1.Purpose.PURPOSE_TRAVEL, recognition: v1.Recognition.RECOGNITION_SUPERSEDED, issuer: '520000', count: 2 }] }]);
  });

  it('is told how the hub sees it', async () => {
    const dpop = await makeProof(device, 'GET', `https://${host}/api/state`, seconds());
    const { status, text } = await callHttps(addressText(server.address), '/api/state?later', pki.serverAuthority, { headers: { dpop } });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ identity: 'spiffe://health-code.internal/checkpoint/520000/gate-1', province: '520000', packageVersion: 7, packageRoot: Buffer.from('{}').toString('base64') });
  });

  it('gets a certificate and the root of the package for a token', async () => {
    const answer = await post('/api/enrolment', { token: 'good', certificateRequest: 'AAAA' });
    expect(JSON.parse(answer.text)).toEqual({
      chain: [Buffer.from('own').toString('base64')], identity: 'spiffe://health-code.internal/checkpoint/520000/0123', province: '520000', expiresAt: 1_800_000_000, packageRoot: Buffer.from('{}').toString('base64'), checks: [],
    });
    expect(codeOf(await post('/api/enrolment', { token: 'used', certificateRequest: 'AAAA' }))).toEqual([401, 'ENROLMENT_TOKEN_USED']);
  });

  it('cannot try tokens without end, from whatever port', async () => {
    for (let each = 0; each < 3; each += 1) await post('/api/enrolment', { token: 'guess', certificateRequest: 'AAAA' });
    const answer = await post('/api/enrolment', { token: 'good', certificateRequest: 'AAAA' });
    expect(codeOf(answer)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('whoever is none', () => {
  it('is refused without a proof, and told what to bring', async () => {
    const answer = await post('/api/verify', VERIFY);
    expect(codeOf(answer)).toEqual([401, 'DEVICE_PROOF_MISSING']);
    expect(answer.headers['www-authenticate']).toMatch(/^DPoP /);
  });

  it('is refused with a proof that was used', async () => {
    const dpop = await makeProof(device, 'POST', `https://${host}/api/verify`, seconds());
    expect((await post('/api/verify', VERIFY, { dpop })).status).toBe(200);
    expect(codeOf(await post('/api/verify', VERIFY, { dpop }))).toEqual([401, 'DEVICE_PROOF_REPLAYED']);
  });

  it('is refused with a proof whose time is over, and told the time', async () => {
    const answer = await proven('/api/verify', VERIFY, { claims: { iat: seconds() - 3600 } });
    expect(codeOf(answer)).toEqual([401, 'DEVICE_PROOF_OUT_OF_TIME']);
    expect(Math.abs((JSON.parse(answer.text) as RefusalJson).serverTime - seconds())).toBeLessThan(5);
  });

  it.each<[string, () => Promise<TestCertificate>, readonly [number, string]]>([
    ['a certificate of a foreign authority', async () => (await makeTestPki()).certify({ role: 'checkpoint', province: '520000', name: 'gate-1' }), [401, 'CALLER_UNIDENTIFIED']],
    ['a certificate whose time is over', () => pki.member.issueClient({ role: 'checkpoint', province: '520000', name: 'gate-1' }, { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) }), [401, 'CALLER_UNIDENTIFIED']],
    ['a certificate whose time has not begun', () => pki.member.issueClient({ role: 'checkpoint', province: '520000', name: 'gate-1' }, { notBefore: new Date(Date.now() + 3_600_000), notAfter: new Date(Date.now() + 7_200_000) }), [401, 'CALLER_UNIDENTIFIED']],
    ['the certificate of a province', () => pki.certify({ role: 'province', province: '520000' }), [403, 'CALLER_NOT_ALLOWED']],
    ['the certificate of an operator', () => pki.certify({ role: 'operator', name: 'a' }), [403, 'CALLER_NOT_ALLOWED']],
    ['one of the operators’ authority that names a checkpoint', () => pki.operator.issueClient({ role: 'checkpoint', province: '520000', name: 'gate-1' }), [401, 'CALLER_UNIDENTIFIED']],
  ])('is refused with %s', async (_, certificate, refusal) => {
    expect(codeOf(await proven('/api/verify', VERIFY, {}, await certificate()))).toEqual(refusal);
  });

  it('is refused with a certificate that was taken back', async () => {
    const lost = await pki.certify({ role: 'checkpoint', province: '520000', name: 'lost' });
    revoked.add(fingerprintOf(Buffer.from(x5cOf(lost), 'base64')));
    expect(codeOf(await proven('/api/verify', VERIFY, {}, lost))).toEqual([401, 'CERTIFICATE_REVOKED']);
  });

  it('cannot show here what a device proved to another host', async () => {
    const dpop = await makeProof(device, 'POST', 'https://elsewhere.example/api/verify', seconds());
    expect(codeOf(await post('/api/verify', VERIFY, { dpop, host: 'elsewhere.example' }))).toEqual([400, 'REQUEST_INVALID']);
    expect(codeOf(await post('/api/enrolment', { token: 'good', certificateRequest: 'AAAA' }, { host: 'elsewhere.example' }))).toEqual([400, 'REQUEST_INVALID']);
  });

  it('finds nothing without TLS', async () => {
    const body = JSON.stringify({ token: 'good', certificateRequest: 'AAAA' });
    const answer = await fetch(`${await app.getUrl()}/api/enrolment`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(404);
  });
});

describe('what is asked', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '/api/verify', {}],
    ['two things shown', '/api/verify', { ...VERIFY, codeBytes: 'AAAA' }],
    ['nothing shown', '/api/verify', { ...VERIFY, code: undefined }],
    ['a member nobody knows', '/api/verify', { ...VERIFY, province: '110000' }],
    ['a purpose nobody knows', '/api/verify', { ...VERIFY, purpose: 'curiosity' }],
    ['a word of the language', '/api/verify', { ...VERIFY, purpose: 'constructor' }],
    ['a list', '/api/verify', [VERIFY]],
    ['a recognition nobody knows', '/api/reports', { reportId: 'a', hour: 0, counts: [{ purpose: 'travel', recognition: 'fine', errorCode: '', count: 1 }] }],
    ['less than nothing', '/api/reports', { reportId: 'a', hour: 0, counts: [{ purpose: 'travel', recognition: 'recognised', errorCode: '', count: -1 }] }],
  ])('is refused: %s', async (_, path, body) => {
    expect(codeOf(await proven(path, body))).toEqual([400, 'REQUEST_INVALID']);
  });

  it('is not quoted where it is refused', async () => {
    const { text } = await proven('/api/verify', { ...VERIFY, 'SECRET-NAME': '张三', purpose: '张三' });
    expect(text).not.toMatch(/SECRET|张三/);
  });

  it('is refused where it is too large, or no JSON', async () => {
    expect((await proven('/api/verify', { ...VERIFY, code: 'x'.repeat(70_000) })).status).toBe(413);
  });
});
