import 'reflect-metadata';
import { EmbeddedJWK, jwtVerify } from 'jose';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeDeviceKeys, type Device } from './device.js';
import { enrolDevice } from './enrol-device.js';
import { HubClient } from './hub-client.js';

const NOW = 1_700_000_000;
const ORIGIN = 'https://hub.test:8443';
const REPORT = { reportId: 'a', hour: NOW, counts: [] };

let device: Device;

beforeAll(async () => {
  const { privateKey, publicJwk } = await makeDeviceKeys();
  device = { identity: 'spiffe://x/checkpoint/110000/a', province: '110000', expiresAt: NOW, certificate: 'MIIB', privateKey, publicJwk };
});

type Answer = (proof: string) => Response | Promise<Response>;
const refusal = (code: string, serverTime = NOW): Response => Response.json({ code, message: 'no', fieldViolations: [], serverTime }, { status: 401 });

function client(...answers: readonly Answer[]) {
  const proofs: string[] = [];
  const bodies: unknown[] = [];
  const hub = new HubClient({
    fetch: async (_input, init) => {
      const headers = new Headers(init?.headers);
      proofs.push(headers.get('dpop') ?? '');
      if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body));
      return answers[proofs.length - 1]!(headers.get('dpop') ?? '');
    },
    origin: ORIGIN,
    now: () => NOW,
  });
  return { hub, proofs, bodies };
}

describe('HubClient', () => {
  it('proves with each request that it holds the key of its certificate', async () => {
    const { hub, proofs } = client(() => Response.json({ isRepetition: false }), () => Response.json({}));
    expect(await hub.report(device, REPORT)).toEqual({ isRepetition: false });
    await hub.getState(device);
    const [first, second] = await Promise.all(proofs.map((proof) => jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: new Date(NOW * 1000) })));
    expect(first?.payload).toMatchObject({ htm: 'POST', htu: `${ORIGIN}/api/reports`, iat: NOW });
    expect(first?.protectedHeader).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: device.publicJwk, x5c: ['MIIB'] });
    expect(second?.payload).toMatchObject({ htm: 'GET', htu: `${ORIGIN}/api/state` });
    expect(first?.payload.jti).not.toBe(second?.payload.jti);
  });

  it('learns the hub’s time from a refusal, and proves once more', async () => {
    const { hub, proofs } = client(() => refusal('DEVICE_PROOF_OUT_OF_TIME', NOW + 3600), () => Response.json({}), () => refusal('DEVICE_PROOF_OUT_OF_TIME'), () => refusal('DEVICE_PROOF_OUT_OF_TIME'));
    await hub.getState(device);
    expect((await jwtVerify(proofs[1] ?? '', EmbeddedJWK, { currentDate: new Date(NOW * 1000) })).payload.iat).toBe(NOW + 3600);
    await expect(hub.getState(device)).rejects.toMatchObject({ code: 'DEVICE_PROOF_OUT_OF_TIME' });
    expect(proofs).toHaveLength(4);
  });

  it.each<[string, Answer, string]>([
    ['the hub refuses', () => refusal('CERTIFICATE_REVOKED'), 'CERTIFICATE_REVOKED'],
    ['nobody answers', () => Promise.reject(new TypeError('Failed to fetch')), 'HUB_UNREACHABLE'],
    ['a portal answers in its place', () => new Response('<html>Log in', { status: 200 }), 'HUB_UNREACHABLE'],
    ['a proxy answers in words of its own', () => Response.json({ code: '<b>503</b>' }, { status: 503 }), 'HUB_UNREACHABLE'],
  ])('tells that %s', async (_, answer, code) => {
    await expect(client(answer).hub.report(device, REPORT)).rejects.toMatchObject({ code });
  });
});

describe('enrolDevice', () => {
  const issued = { chain: ['MIIC'], identity: 'spiffe://x/checkpoint/110000/b', province: '110000', expiresAt: NOW + 9, checks: [], packageRoot: btoa('{"signed":{}}') };

  it('asks with a request that its own key has signed and that names nobody, and pins the root', async () => {
    const { hub, bodies, proofs } = client(() => Response.json(issued));
    const enrolled = await enrolDevice(hub, 'one-time');
    const [{ token, certificateRequest }] = bodies as [{ token: string; certificateRequest: string }];
    const request = new Pkcs10CertificateRequest(Uint8Array.from(atob(certificateRequest), (character) => character.charCodeAt(0)));
    expect([token, await request.verify(), request.extensions, proofs]).toEqual(['one-time', true, [], ['']]);
    expect(enrolled).toMatchObject({ certificate: 'MIIC', province: '110000', pinnedRoot: '{"signed":{}}' });
    expect(enrolled.privateKey.extractable).toBe(false);
  });

  it('is no device without a certificate', async () => {
    await expect(enrolDevice(client(() => Response.json({ ...issued, chain: [] })).hub, 'x')).rejects.toMatchObject({ code: 'CERTIFICATE_REQUEST_REFUSED' });
    await expect(enrolDevice(client(() => refusal('ENROLMENT_TOKEN_USED')).hub, 'x')).rejects.toMatchObject({ code: 'ENROLMENT_TOKEN_USED' });
  });
});
