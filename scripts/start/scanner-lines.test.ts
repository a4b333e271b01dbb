import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeTestAuthority } from '../../deploy/embedded/test-pki.js';
import { scannerLines } from './scanner-lines.js';

const pki = mkdtempSync(join(tmpdir(), 'scanner-lines-'));
const NAMES = { hosts: ['gate'], addresses: ['192.0.2.1', '192.0.2.7'] };

afterAll(() => {
  rmSync(pki, { recursive: true });
});

it('names this machine alone where nobody else can reach the page, and says how to let phones in', () => {
  const lines = scannerLines('127.0.0.1:8443', pki, NAMES);
  expect(lines.filter((line) => line.startsWith('https://'))).toEqual(['https://localhost:8443/scanner/']);
  expect(lines.join('\n')).toContain('WEB_ADDRESS=0.0.0.0:8443');
});

it('names every address where the page can be reached, and what a phone has to trust', async () => {
  const { certificate } = await makeTestAuthority('servers');
  writeFileSync(join(pki, 'server-ca.crt'), certificate);
  const lines = scannerLines('0.0.0.0:9443', pki, NAMES);
  expect(lines.filter((line) => line.startsWith('https://'))).toEqual(['https://localhost:9443/scanner/', 'https://192.0.2.1:9443/scanner/', 'https://192.0.2.7:9443/scanner/']);
  expect(lines.join('\n')).toContain('https://192.0.2.1:9443/development-ca.crt');
  expect(lines.join('\n')).toContain(new X509Certificate(certificate).fingerprint256);
});
