import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { expect, it } from 'vitest';

import { GUIZHOU, NOW, sampleClaims, testSalt } from './attestation.fixture.js';
import * as library from './index.js';

it('the offline verification of the README runs as it is written', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const body = example.replace("import * as proof from '@health-code/attestation';", 'const proof = library;');
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(10);

  const { privateJwk, publicJwk } = await library.generateProvinceKey('sig');
  const key = await library.importSigningKey(privateJwk);
  const claims = sampleClaims({ issuer: GUIZHOU });
  const { presentation } = await library.signAttestation(claims, { maskedName: '测*甲' }, key, testSalt);
  const printed: unknown[] = [];
  await (runInNewContext(`(async () => {${body}})()`, {
    library,
    jwk: publicJwk,
    scanned: presentation,
    console: { log: (...words: unknown[]) => printed.push(...words) },
    Date: { now: () => NOW * 1000 },
  }) as Promise<void>);
  expect(printed).toEqual(['测*甲', '00', 'recognised', 'fresh', 'allow']);
});
