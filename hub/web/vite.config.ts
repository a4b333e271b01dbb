import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin, type UserConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BASE = '/scanner/';
const OUT = at('dist/scanner');
const WORKER = 'service-worker.js';

/** From the sources, as the tests do: what `tsc` wrote need not be there. */
const alias = { '@health-code/attestation': at('../../proto/attestation/src/index.ts') };

/** What every browser takes that has a camera for a page, WebAssembly and ES256 in WebCrypto. */
const target = ['chrome100', 'firefox100', 'safari15.4'];

interface ManifestEntry {
  readonly url: string;
  readonly revision: string;
}

/** Every file of the page with its digest, in one order, so that an equal page is an equal worker. */
function listFiles(folder: string): readonly ManifestEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== WORKER && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ url: BASE + relative(folder, file).replaceAll('\\', '/'), revision: createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 32) }))
    .sort((one, other) => (one.url < other.url ? -1 : 1));
}

/** Builds the service worker after the page, as one classic script: it names every file of the page, and shares none with it. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async closeBundle(error) {
      if (error !== undefined) return;
      await build({
        configFile: false,
        logLevel: 'warn',
        resolve: { alias },
        // The worker is asked for by a page that has no console for it: no development build of anything in it.
        define: { 'self.__WB_MANIFEST': JSON.stringify(listFiles(OUT)), 'process.env.NODE_ENV': '"production"' },
        build: {
          target,
          outDir: OUT,
          emptyOutDir: false,
          copyPublicDir: false,
          rollupOptions: { input: at('scanner/service-worker/service-worker.ts'), output: { format: 'iife', entryFileNames: WORKER } },
        },
      });
    },
  };
}

/** The scanner page, as the hub serves it below /scanner/. */
const config: UserConfig = defineConfig({
  root: at('scanner'),
  base: BASE,
  plugins: [react(), serviceWorker()],
  resolve: { alias },
  build: {
    target,
    outDir: OUT,
    emptyOutDir: true,
    // A file inlined as data: would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
export default config;
