import { X509Certificate } from 'node:crypto';
import { parseProvinceCode } from '@health-code/attestation';
import type { PeerIdentity } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority, type TestCertificateOptions } from '../../../deploy/embedded/test-pki.js';
import { HubError } from '../errors.js';
import { identifyByCertificate } from '../platform/grpc-peer.js';
import { rememberCertificates, requireInForce } from './identify-caller.js';
import { CertificateReader, fingerprintOf } from './parse-certificate.js';

const GUIZHOU: PeerIdentity = { role: 'province', province: '520000' };
const UNIDENTIFIED = expect.objectContaining({ code: 'CALLER_UNIDENTIFIED' }) as unknown;

let member: TestAuthority;
let operator: TestAuthority;
let reader: CertificateReader;

beforeAll(async () => {
  [member, operator] = await Promise.all([makeTestAuthority('members'), makeTestAuthority('operators')]);
  reader = new CertificateReader({ member: member.certificate, operator: operator.certificate, trustDomain: 'health-code.internal', isProduction: false });
});

const issue = async (identity: PeerIdentity, options: TestCertificateOptions = {}, authority = member): Promise<Buffer> =>
  new X509Certificate((await authority.issueClient(identity, options)).certificate).raw;

describe('CertificateReader', () => {
  it('says who a certificate speaks for, and until when', async () => {
    const [notBefore, notAfter] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-04-01T00:00:00Z')];
    const der = await issue({ role: 'checkpoint', province: '520000', name: 'gate-1' }, { notBefore, notAfter });
    expect(reader.parse(der)).toEqual({
      caller: { role: 'checkpoint', id: 'spiffe://health-code.internal/checkpoint/520000/gate-1', province: parseProvinceCode('520000'), fingerprint: fingerprintOf(der), expiresAt: notAfter.getTime() },
      notBefore: notBefore.getTime(),
    });
  });

  it('names no province for operators and auditors', async () => {
    const { caller } = reader.parse(await issue({ role: 'operator', name: 'a' }, {}, operator));
    expect(caller).toMatchObject({ role: 'operator', id: 'spiffe://health-code.internal/operator/a' });
    expect(caller).not.toHaveProperty('province');
  });

  it('is not deceived by a name inside another name', async () => {
    const hidden = 'a, URI:spiffe://health-code.internal/province/520000, b';
    const der = await issue(GUIZHOU, { uris: [], hosts: [hidden] });
    expect(() => reader.parse(der)).toThrow(UNIDENTIFIED);
  });

  it('refuses what an authority of the same name has signed, and an authority itself', async () => {
    const other = await makeTestAuthority('members');
    const forged = await issue(GUIZHOU, {}, other);
    expect(() => reader.parse(forged)).toThrow(UNIDENTIFIED);
    expect(() => reader.parse(new X509Certificate(member.certificate).raw)).toThrow(UNIDENTIFIED);
    expect(() => reader.parse(Buffer.from('no certificate'))).toThrow(UNIDENTIFIED);
  });

  it('takes in production nothing made for development', async () => {
    const strict = new CertificateReader({ member: member.certificate, operator: operator.certificate, trustDomain: 'health-code.internal', isProduction: true });
    const [marked, plain] = [await issue(GUIZHOU, { development: true }), await issue(GUIZHOU)];
    expect(() => strict.parse(marked)).toThrow(UNIDENTIFIED);
    expect(strict.parse(plain).caller.province).toBe('520000');
    expect(reader.parse(marked).caller.province).toBe('520000');
  });

  it('knows an authority that is being replaced by both its certificates', async () => {
    const next = await makeTestAuthority('members, next');
    const both = new CertificateReader({ member: Buffer.concat([member.certificate, next.certificate]), operator: operator.certificate, trustDomain: 'health-code.internal', isProduction: false });
    const [before, after] = [await issue(GUIZHOU), await issue(GUIZHOU, {}, next)];
    expect([both.parse(before).caller.role, both.parse(after).caller.role]).toEqual(['province', 'province']);
  });
});

describe('requireInForce', () => {
  it('holds a certificate to its time, to the millisecond', async () => {
    const certified = reader.parse(await issue(GUIZHOU, { notBefore: new Date(1_800_000_000_000), notAfter: new Date(1_800_000_060_000) }));
    expect(() => requireInForce(certified, 1_799_999_999_999)).toThrow(UNIDENTIFIED);
    expect(requireInForce(certified, 1_800_000_000_000).province).toBe('520000');
    expect(requireInForce(certified, 1_800_000_059_999).province).toBe('520000');
    expect(() => requireInForce(certified, 1_800_000_060_000)).toThrow(UNIDENTIFIED);
  });
});

describe('rememberCertificates', () => {
  it('reads a certificate once, and one that is refused too', async () => {
    let reads = 0;
    const parse = rememberCertificates((der) => {
      reads += 1;
      return reader.parse(der);
    });
    const [good, bad] = [await issue(GUIZHOU), await issue({ role: 'operator', name: 'a' })];
    for (let call = 0; call < 3; call += 1) {
      expect(parse(good).caller.province).toBe('520000');
      expect(() => parse(bad)).toThrow(UNIDENTIFIED);
    }
    expect(reads).toBe(2);
  });

  it('remembers no more than it says, and forgets the oldest', async () => {
    const read: string[] = [];
    const parse = rememberCertificates((der) => {
      read.push(der.toString());
      throw new HubError('CALLER_UNIDENTIFIED', 'none');
    }, 2);
    for (const name of ['a', 'b', 'a', 'c', 'b', 'a']) expect(() => parse(Buffer.from(name))).toThrow(UNIDENTIFIED);
    expect(read).toEqual(['a', 'b', 'c', 'a']);
  });
});

describe('identifyByCertificate', () => {
  /** A call as grpc-js makes it, with a session or with other insides. */
  const call = (der: Buffer | undefined, session?: object) => ({
    asked: 0,
    getAuthContext() {
      this.asked += 1;
      return der === undefined ? {} : { sslPeerCertificate: { raw: der } };
    },
    ...(session === undefined ? {} : { call: { stream: { session } } }),
  });

  it('asks a connection once for its certificate, and at every call whether its time is over', async () => {
    const der = await issue(GUIZHOU);
    const { notBefore, caller } = reader.parse(der);
    let now = notBefore;
    const identify = identifyByCertificate((bytes) => reader.parse(bytes), () => now);
    const session = {};
    const [first, second] = [call(der, session), call(undefined, session)];
    expect([identify(first).province, identify(second).province]).toEqual(['520000', '520000']);
    expect([first.asked, second.asked]).toEqual([1, 0]);
    now = caller.expiresAt;
    expect(() => identify(call(der, session))).toThrow(UNIDENTIFIED);
    expect(() => identify(call(undefined, {}))).toThrow(UNIDENTIFIED);
  });

  it('asks at every call where it cannot tell connections apart', async () => {
    const der = await issue(GUIZHOU);
    const identify = identifyByCertificate((bytes) => reader.parse(bytes));
    const [first, second] = [call(der), call(der)];
    expect([identify(first).province, identify(second).province, first.asked, second.asked]).toEqual(['520000', '520000', 1, 1]);
    expect(() => identify(call(undefined))).toThrow(UNIDENTIFIED);
  });
});
