import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { HealthHttp } from '../platform/health.http.js';
import { addressText } from '../platform/listen.js';
import { Readiness } from '../platform/readiness.js';
import { callHttps, type HttpsAnswer } from './https-call.fixture.js';
import { servePages } from './pages.http.js';
import { WebServer } from './web-server.js';

let pki: TestPki;
let app: NestFastifyApplication;
let server: WebServer;

const yes = (): Promise<boolean> => Promise.resolve(true);

@Module({ controllers: [HealthHttp], providers: [{ provide: Readiness, useValue: new Readiness({ database: yes, nats: yes, lookup: yes }) }] })
class Health {}

beforeAll(async () => {
  pki = await makeTestPki();
  app = await NestFactory.create<NestFastifyApplication>(Health, new FastifyAdapter(), { logger: false });
  const { environment, web } = hubConfig(pki);
  await servePages(app, { environment, web: { ...web, offeredAuthority: pki.serverAuthority } });
  await app.listen(0, '127.0.0.1');
  const fastify = app.getHttpAdapter().getInstance();
  server = await WebServer.listen(web, web.tls, (request, response) => { fastify.routing(request, response); });
});

afterAll(async () => {
  await server.drain();
  await app.close();
});

const get = (path: string): Promise<HttpsAnswer> => callHttps(addressText(server.address), path, pki.serverAuthority);

describe('the port for pages', () => {
  it('answers over TLS what the port without TLS answers', async () => {
    const [secure, plain] = [await get('/health/live'), await fetch(`${await app.getUrl()}/health/live`)];
    expect(secure).toMatchObject({ status: 200, text: await plain.text() });
  });

  it('serves the scanner page, and leads to it', async () => {
    expect(await get('/')).toMatchObject({ status: 302, headers: { location: '/scanner/' } });
    const page = await get('/scanner/');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' } });
    const script = /src="(\/scanner\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? '';
    expect(await get(script)).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
    expect(await get('/scanner/service-worker.js')).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
  });

  it('sends large files compressed to whoever takes that', async () => {
    const script = /src="(\/scanner\/assets\/[^"]+\.js)"/.exec((await get('/scanner/')).text)?.[1] ?? '';
    const answer = await callHttps(addressText(server.address), script, pki.serverAuthority, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-encoding': 'br', 'content-type': 'application/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' } });
    expect((await get(script)).headers['content-encoding']).toBeUndefined();
    // Of the type without which a browser compiles no WebAssembly while it comes.
    const wasm = /\/scanner\/assets\/[\w-]+\.wasm/.exec((await get('/scanner/service-worker.js')).text)?.[0] ?? '';
    expect(await callHttps(addressText(server.address), wasm, pki.serverAuthority, { headers: { 'accept-encoding': 'br' } })).toMatchObject({ status: 200, headers: { 'content-encoding': 'br', 'content-type': 'application/wasm' } });
  });

  it('lets a page run nothing but its own files, and use the camera', async () => {
    const { headers, text } = await get('/scanner/');
    const policy: Readonly<Record<string, string>> = Object.fromEntries(String(headers['content-security-policy']).split(';').map((directive) => [directive.split(' ')[0] ?? '', directive]));
    expect(policy).toMatchObject({
      'default-src': "default-src 'none'",
      'script-src': "script-src 'self' 'wasm-unsafe-eval'",
      'connect-src': "connect-src 'self'",
      'frame-ancestors': "frame-ancestors 'none'",
    });
    expect(headers['permissions-policy']).toContain('camera=(self)');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son[a-z]+=/);
  });

  it('gives nothing outside its folder', async () => {
    for (const path of ['/scanner/../package.json', '/scanner/%2e%2e/%2e%2e/package.json', '/scanner/..%2f..%2fpackage.json', '/scanner/.hidden']) {
      const { status } = await get(path);
      expect([400, 403, 404], path).toContain(status);
    }
  });

  it('offers the authority that a phone has to trust', async () => {
    expect(await get('/development-ca.crt')).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-x509-ca-cert' }, text: pki.serverAuthority.toString() });
  });
});
