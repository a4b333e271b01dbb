import { X509Certificate } from 'node:crypto';
import { connect, createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { DEVELOPMENT_OID } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { readAuthority } from './certificate-authority.js';
import { makeTestAuthority, type TestCertificate } from './test-pki.js';

const GUIZHOU = { role: 'province', province: '520000' } as const;
/** DER of the mark's object identifier. */
const MARK = Buffer.from([0x06, 0x0b, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x81, 0xfd, 0x59, 0x82, 0xb0, 0x31]);
const servers: Server[] = [];

/** The subject alternative name of the client as a server sees it; the code of what went wrong otherwise. */
async function shakeHands(serverCertificate: TestCertificate, clientCertificate: TestCertificate, authority: Buffer): Promise<string | undefined> {
  const seen = new Promise<string | undefined>((resolve) => {
    const server = createServer({ cert: serverCertificate.certificate, key: serverCertificate.key, ca: authority, requestCert: true, rejectUnauthorized: true }, (socket) => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.end();
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      resolve(error.code);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const client = connect({ port: (server.address() as AddressInfo).port, host: 'localhost', servername: 'localhost', ca: authority, cert: clientCertificate.certificate, key: clientCertificate.key });
      client.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
    });
  });
  return seen;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('makeTestAuthority', () => {
  it('issues certificates by which two sides know each other', async () => {
    const authority = await makeTestAuthority('member CA');
    const [server, client] = [await authority.issueServer(), await authority.issueClient(GUIZHOU)];
    expect(await shakeHands(server, client, authority.certificate)).toBe('URI:spiffe://health-code.internal/province/520000');
  });

  it('is told from another of the same name', async () => {
    const [authority, other] = [await makeTestAuthority('member CA'), await makeTestAuthority('member CA')];
    expect(await shakeHands(await authority.issueServer(), await other.issueClient(GUIZHOU), authority.certificate)).not.toContain('URI:');
  });

  it.each([
    ['expired', { notBefore: new Date('2026-01-01'), notAfter: new Date('2026-01-02') }],
    ['not valid yet', { notBefore: new Date('2126-01-01'), notAfter: new Date('2126-01-02') }],
  ])('issues one that is %s', async (_, window) => {
    const authority = await makeTestAuthority('member CA');
    expect(await shakeHands(await authority.issueServer(), await authority.issueClient(GUIZHOU, window), authority.certificate)).not.toContain('URI:');
  });

  it('marks what is for development, the authority included, and nothing else', async () => {
    const [marked, plain] = [await makeTestAuthority('marked', { development: true }), await makeTestAuthority('plain')];
    const has = ({ certificate }: { readonly certificate: Buffer }): boolean => new X509Certificate(certificate).raw.includes(MARK);
    expect(DEVELOPMENT_OID).toBe('1.3.6.1.4.1.32473.38961');
    expect([has(marked), has(await plain.issueClient(GUIZHOU, { development: true })), has(plain), has(await plain.issueClient(GUIZHOU))]).toEqual([true, true, false, false]);
  });
});

describe('readAuthority', () => {
  it('goes on with a kept key', async () => {
    const authority = await makeTestAuthority('member CA');
    const issued = await (await readAuthority(authority)).issue({ name: 'x', use: 'client', notBefore: new Date(), notAfter: new Date(Date.now() + 1000), isForDevelopment: false });
    expect(new X509Certificate(issued.certificate).verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });
});
