import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';

import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

import { NOW, sampleClaims } from './attestation.fixture.js';
import type * as Library from './index.js';
import { loadWithoutNode, WEB_GLOBALS } from './load-without-node.fixture.js';

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '..');

describe('the workspace in a browser', () => {
  it('compiles without the types of Node', { timeout: 60_000 }, () => {
    const path = resolve(workspace, 'tsconfig.browser.json');
    const { config } = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8')) as { config: unknown };
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, workspace, undefined, path);
    expect(fileNames.length).toBeGreaterThan(15);
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
  });

  describe('with the globals of a page alone', () => {
    let library: typeof Library;

    beforeAll(() => {
      const context = createContext({ ...WEB_GLOBALS });
      const absent = runInContext('typeof process + typeof Buffer + typeof require + typeof global', context) as string;
      expect(absent).toBe('undefined'.repeat(4));
      library = loadWithoutNode(resolve(workspace, 'src/index.ts'), context) as typeof Library;
    }, 60_000);

    it('signs, parses, verifies and decides', async () => {
      for (const algorithm of ['ES256', 'Ed25519'] as const) {
        const { privateJwk, publicJwk } = await library.generateProvinceKey('sig', algorithm);
        const province = library.parseProvinceCode('520000');
        const ring = library.createKeyRing([await library.importProvinceKey(publicJwk, province)]);
        const key = await library.importSigningKey(privateJwk);
        const signed = await library.signAttestation(sampleClaims(), { maskedName: '测*甲' }, key, () => 'c2FsdA');
        const verified = await library.verifyAttestation(library.parseAttestation(signed.presentation), ring, NOW);
        expect(verified.maskedName).toBe('测*甲');
        expect(library.refuse('conflict').advice).toBe('local-procedure');
      }
    });

    it('seals, opens and makes subject references', async () => {
      const { privateJwk, publicJwk } = await library.generateProvinceKey('enc');
      const key = await library.importProvinceKey(publicJwk, library.parseProvinceCode('520000'));
      const sealed = await library.sealFor(key, new Uint8Array([1, 2, 3]));
      const opened = await library.openSealed(sealed, await library.importUnsealingKey(privateJwk));
      expect(opened).toEqual(new Uint8Array([1, 2, 3]));
      const document = library.parseIdentityDocument('01', '11010519491231002X');
      const subjectKey = { version: 1, secret: new Uint8Array(32) };
      expect(await library.createSubjectReference(document, subjectKey)).toMatch(/^1\./);
    });
  });
});
