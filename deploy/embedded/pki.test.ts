import { createPrivateKey, X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { openPki, type Pki } from './pki.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NAMES = ['member-ca', 'operator-ca', 'server-ca', 'hub', 'province-520000', 'checkpoint-520000', 'operator-a', 'operator-b', 'auditor', 'web'];

let data: DataDirectory;

beforeEach(async () => {
  data = await openDataDirectory(mkdtempSync(join(tmpdir(), 'health-code-pki-')));
});
afterEach(() => {
  vi.useRealTimers();
  data.release();
  rmSync(data.path, { recursive: true, force: true });
});

const certificateOf = (pki: Pki, name: string): X509Certificate => new X509Certificate(readFileSync(pki.files(name).certificate));
const serials = (pki: Pki): readonly string[] => NAMES.map((name) => certificateOf(pki, name).serialNumber);
const openAfter = (days: number): Promise<Pki> => {
  vi.useFakeTimers({ now: Date.now() + days * DAY_MS, toFake: ['Date'] });
  return openPki(data, ['520000']);
};

describe('openPki', () => {
  it('says of each party who it is, under the authority of its kind', async () => {
    const pki = await openPki(data, ['520000']);
    const issuers = Object.fromEntries(NAMES.slice(3, -1).map((name) => {
      const issuer = NAMES.slice(0, 3).find((authority) => certificateOf(pki, name).verify(certificateOf(pki, authority).publicKey));
      return [name, `${issuer ?? ''} ${certificateOf(pki, name).subjectAltName ?? ''}`];
    }));
    expect(issuers).toEqual({
      hub: 'server-ca DNS:localhost, IP Address:127.0.0.1',
      'province-520000': 'member-ca URI:spiffe://health-code.internal/province/520000',
      'checkpoint-520000': 'member-ca URI:spiffe://health-code.internal/checkpoint/520000/embedded',
      'operator-a': 'operator-ca URI:spiffe://health-code.internal/operator/a',
      'operator-b': 'operator-ca URI:spiffe://health-code.internal/operator/b',
      auditor: 'operator-ca URI:spiffe://health-code.internal/auditor/a',
    });
  });

  it('lets nobody else read a key, and no leaf live longer than a week', async () => {
    const pki = await openPki(data, ['520000']);
    expect(NAMES.filter((name) => (statSync(pki.files(name).key).mode & 0o077) !== 0)).toEqual([]);
    expect(NAMES.slice(3).filter((name) => Date.parse(certificateOf(pki, name).validTo) > Date.now() + 7 * DAY_MS)).toEqual([]);
  });

  it('keeps what has more than a third of its time left', async () => {
    const before = serials(await openPki(data, ['520000']));
    expect(serials(await openAfter(4))).toEqual(before);
  });

  it('makes leaves anew that have less, under the authorities it has', async () => {
    const pki = await openPki(data, ['520000']);
    const before = serials(pki);
    vi.useFakeTimers({ now: Date.now() + 5 * DAY_MS, toFake: ['Date'] });
    expect(await pki.renew()).toEqual(['hub', 'operator-a', 'operator-b', 'auditor', 'web', 'province-520000', 'checkpoint-520000']);
    expect(await pki.renew()).toEqual([]);
    const after = serials(pki);
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after.slice(3).filter((serial) => before.includes(serial))).toEqual([]);
  });

  it('makes everything anew below an authority that has less', async () => {
    await openPki(data, ['520000']);
    const pki = await openAfter(250);
    expect(certificateOf(pki, 'province-520000').verify(certificateOf(pki, 'member-ca').publicKey)).toBe(true);
    expect(Date.parse(certificateOf(pki, 'member-ca').validTo)).toBeGreaterThan(Date.now() + 300 * DAY_MS);
  });

  it('makes anew a pair of files of which a start that was cut off replaced one', async () => {
    const pki = await openPki(data, ['520000']);
    copyFileSync(pki.files('auditor').key, pki.files('operator-a').key);
    copyFileSync(pki.files('server-ca').key, pki.files('member-ca').key);
    expect(await pki.renew()).toEqual(['member-ca', 'operator-a', 'province-520000', 'checkpoint-520000']);
    expect(certificateOf(pki, 'operator-a').checkPrivateKey(createPrivateKey(readFileSync(pki.files('operator-a').key)))).toBe(true);
  });

  it('makes anew what is damaged, and what a clock that was ahead made for another day', async () => {
    const pki = await openPki(data, ['520000']);
    for (const file of [pki.files('hub').certificate, pki.files('auditor').key]) writeFileSync(file, '');
    expect(await pki.renew()).toEqual(['hub', 'auditor']);
    vi.useFakeTimers({ now: Date.now() - DAY_MS, toFake: ['Date'] });
    expect(await pki.renew()).toEqual(['member-ca', 'operator-ca', 'server-ca', 'hub', 'operator-a', 'operator-b', 'auditor', 'web', 'province-520000', 'checkpoint-520000']);
  });

  it('certifies the pages for every name by which a phone finds this machine, and anew when it has another', async () => {
    let names = { hosts: ['gate'], addresses: ['192.0.2.1'] };
    const pki = await openPki(data, ['520000'], () => names);
    expect(certificateOf(pki, 'web').subjectAltName).toBe('DNS:localhost, DNS:gate, IP Address:127.0.0.1, IP Address:192.0.2.1');
    expect(certificateOf(pki, 'web').verify(certificateOf(pki, 'server-ca').publicKey)).toBe(true);
    names = { hosts: ['gate'], addresses: ['192.0.2.7'] };
    expect(await pki.renew()).toEqual(['web']);
    expect(await pki.renew()).toEqual([]);
    expect(certificateOf(pki, 'web').checkIP('192.0.2.7')).toBe('192.0.2.7');
  });
});
