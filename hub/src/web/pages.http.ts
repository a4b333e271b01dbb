import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { HubConfig } from '../config.js';

/** What `npm run build:pages` wrote: the same folder from the sources and from what is compiled of them. */
const SCANNER = fileURLToPath(new URL('../../web/dist/scanner/', import.meta.url));

/** Where the scanner page stands. */
const SCANNER_PATH = '/scanner/';

/** Below it, files whose names change with their content. */
const NAMED_BY_CONTENT = /[\\/]assets[\\/]/;

/**
 * Nothing of other origins, and no script or style that stands in the page itself: a name or a reason that a page shows can hold what it
 * likes. `wasm-unsafe-eval` lets the barcode reader's WebAssembly be compiled, and no text be run.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'media-src': ["'self'", 'blob:', 'mediastream:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** What the pages need of the configuration. */
export type PagesConfig = Pick<HubConfig, 'environment' | 'web'>;

/** Gives every answer its security headers, and the pages their files. Before the application listens. */
export async function servePages(app: NestFastifyApplication, { environment, web }: PagesConfig): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // Would bind every port of a developer's `localhost` to HTTPS, long after the hub is gone.
    strictTransportSecurity: environment === 'production',
    referrerPolicy: { policy: 'no-referrer' },
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()');
    done(null, payload);
  });
  fastify.get('/', (_request, reply) => reply.redirect(SCANNER_PATH));
  const { offeredAuthority } = web;
  if (offeredAuthority !== undefined) {
    fastify.get('/development-ca.crt', (_request, reply) => reply.type('application/x-x509-ca-cert').send(offeredAuthority));
  }
  // A hub whose pages were not built is a hub all the same.
  if (!existsSync(SCANNER)) return;
  await app.register(fastifyStatic, {
    root: SCANNER,
    prefix: SCANNER_PATH,
    redirect: true,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // The service worker decides what is kept; of its own file and the page's a browser must ask each time.
      void reply.header('cache-control', NAMED_BY_CONTENT.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
