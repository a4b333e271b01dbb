import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
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
    .filter((entry) => entry.isFile() && entry.name !== WORKER && !/\.(map|br)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ url: BASE + relative(folder, file).replaceAll('\\', '/'), revision: createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 32) }))
    .sort((one, other) => (one.url < other.url ? -1 : 1));
}

/** Writes beside each large file the same compressed, once: what a phone fetches at its first visit is a third of it. */
function compressFiles(): void {
  for (const name of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
    if (/\.(js|css|wasm)$/.test(name)) writeFileSync(join(OUT, `${name}.br`), brotliCompressSync(readFileSync(join(OUT, name))));
  }
}

/** As one classic script: it names every file of the page, and shares none with it. */
const buildWorker = (): Promise<unknown> =>
  build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias },
    // What it imports asks whether it is built for development; nothing answers that in a browser.
    define: { 'self.__WB_MANIFEST': JSON.stringify(listFiles(OUT)), 'process.env.NODE_ENV': '"production"' },
    build: {
      target,
      outDir: OUT,
      emptyOutDir: false,
      copyPublicDir: false,
      rollupOptions: { input: at('scanner/service-worker/service-worker.ts'), output: { format: 'iife', entryFileNames: WORKER } },
    },
  });

/** After the page: its service worker, and the files as they travel. */
function finishPage(): Plugin {
  return {
    name: 'finish-page',
    apply: 'build',
    async closeBundle(error) {
      if (error !== undefined) return;
      await buildWorker();
      compressFiles();
    },
  };
}

/** The scanner page, as the hub serves it below /scanner/. */
const config: UserConfig = defineConfig({
  root: at('scanner'),
  base: BASE,
  plugins: [react(), finishPage()],
  resolve: { alias },
  build: {
    target,
    outDir: OUT,
    emptyOutDir: true,
    // A file inlined as data: would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Kept by the service worker after the first visit: one large file is fetched once, like many small ones.
    chunkSizeWarningLimit: 1024,
  },
});
export default config;
