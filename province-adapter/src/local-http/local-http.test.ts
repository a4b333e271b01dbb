import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_ANSWER_MAX_BYTES, createLocalHttp, type LocalHttp } from './local-http.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** What a local system has been seen to do wrong, by path. */
const MISBEHAVIOUR: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/good': (response) => response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end('{"errcode":"0","name":"测试甲"}'),
  '/never': () => undefined,
  '/stalls': (response) => response.writeHead(200, JSON_TYPE).write('{"errcode":'),
  '/html': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>系统维护中</html>'),
  '/html-as-json': (response) => response.writeHead(200, JSON_TYPE).end('<html>系统维护中</html>'),
  '/gbk': (response) => response.writeHead(200, JSON_TYPE).end(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xb2, 0xe2, 0xca, 0xd4, 0x22, 0x7d])),
  '/gbk-declared': (response) => response.writeHead(200, { 'content-type': 'application/json;charset=GBK' }).end('{}'),
  '/gbk-text': (response) => response.writeHead(200, { 'content-type': 'text/plain; charset=gb2312' }).end(Buffer.from([0xb2, 0xe2, 0xca, 0xd4])),
  '/gone': (response) => response.writeHead(410, { 'content-type': 'text/html' }).end('<html>过期</html>'),
  '/bom': (response) => response.writeHead(200, JSON_TYPE).end('\ufeff{}'),
  '/redirect': (response) => response.writeHead(302, { location: '/good' }).end(),
  '/busy': (response) => response.writeHead(503, JSON_TYPE).end('{}'),
  '/denied': (response) => response.writeHead(403, JSON_TYPE).end('{}'),
  '/broken': (response) => response.writeHead(500, JSON_TYPE).end('{}'),
  '/absent': (response) => response.writeHead(404, JSON_TYPE).end('{}'),
  '/hangs-up': (response) => response.destroy(),
  '/announces-too-much': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-length': LOCAL_ANSWER_MAX_BYTES + 1 }).write('{'),
  '/sends-for-ever': (response) => {
    response.writeHead(200, JSON_TYPE);
    const send = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
      if (!response.destroyed) response.once('drain', send);
    };
    send();
  },
};

describe('createLocalHttp', () => {
  let server: Server;
  let http: LocalHttp;
  let received: { url?: string | undefined; type?: string | undefined; body: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        received = { url: request.url, type: request.headers['content-type'], body: Buffer.concat(chunks).toString() };
        const { pathname } = new URL(request.url ?? '/', 'http://local');
        (MISBEHAVIOUR[pathname.replace(/^\/api/, '')] ?? MISBEHAVIOUR['/absent'])?.(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    http = createLocalHttp({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, timeoutMs: 300 });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('returns the JSON of a good answer', async () => {
    expect(await http.requestJson({ method: 'GET', path: '/good', query: { uid: 'a b&c' } })).toEqual({ errcode: '0', name: '测试甲' });
    expect(received.url).toBe('/api/good?uid=a+b%26c');
  });

  it('sends JSON or a form', async () => {
    await http.requestJson({ method: 'POST', path: '/good', json: { name: '测试甲' } });
    expect(received).toMatchObject({ type: 'application/json', body: '{"name":"测试甲"}' });
    await http.requestJson({ method: 'POST', path: '/good', form: { url: 'https://x/?a=1' } });
    expect(received).toMatchObject({ type: 'application/x-www-form-urlencoded', body: 'url=https%3A%2F%2Fx%2F%3Fa%3D1' });
  });

  it.each([
    ['/never', 'LOCAL_SYSTEM_TIMEOUT'],
    ['/stalls', 'LOCAL_SYSTEM_TIMEOUT'],
    ['/html', 'LOCAL_ANSWER_INVALID'],
    ['/html-as-json', 'LOCAL_ANSWER_INVALID'],
    ['/gbk', 'LOCAL_ANSWER_INVALID'],
    ['/gbk-declared', 'LOCAL_ANSWER_INVALID'],
    ['/bom', 'LOCAL_ANSWER_INVALID'],
    ['/redirect', 'LOCAL_ANSWER_INVALID'],
    ['/absent', 'LOCAL_ANSWER_INVALID'],
    ['/busy', 'LOCAL_SYSTEM_BUSY'],
    ['/denied', 'LOCAL_PERMISSION_DENIED'],
    ['/broken', 'LOCAL_SYSTEM_UNREACHABLE'],
    ['/hangs-up', 'LOCAL_SYSTEM_UNREACHABLE'],
    ['/announces-too-much', 'LOCAL_ANSWER_TOO_LARGE'],
    ['/sends-for-ever', 'LOCAL_ANSWER_TOO_LARGE'],
  ])('refuses what %s sends with %s', async (path, code) => {
    await expect(http.requestJson({ method: 'GET', path })).rejects.toMatchObject({ code });
  });

  it('gives the bytes of another format to who asks for it, by any label of its charset', async () => {
    const { bytes } = await http.requestBytes({ method: 'GET', path: '/gbk-text' }, { mediaType: 'text/plain', charset: 'gbk' });
    expect(new TextDecoder('gbk').decode(bytes)).toBe('测试');
    for (const expected of [{ mediaType: 'application/json', charset: 'gbk' }, { mediaType: 'text/plain', charset: 'utf-8' }]) {
      await expect(http.requestBytes({ method: 'GET', path: '/gbk-text' }, expected)).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
    }
  });

  it('tells a status that its caller understands, and reads no more of it', async () => {
    const expected = { mediaType: 'application/json', charset: 'utf-8', statuses: [410] };
    expect(await http.requestBytes({ method: 'GET', path: '/gone' }, expected)).toEqual({ status: 410, bytes: new Uint8Array() });
    await expect(http.requestBytes({ method: 'GET', path: '/absent' }, expected)).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it('refuses a local system that is not there', async () => {
    const nobody = createLocalHttp({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 300 });
    await expect(nobody.requestJson({ method: 'GET', path: '/good' })).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
    expect(await nobody.isReachable('/good')).toBe(false);
    expect(await http.isReachable('/broken')).toBe(true);
  });

  it('gives up when its caller does', async () => {
    const caller = AbortSignal.timeout(30);
    const started = performance.now();
    await expect(http.requestJson({ method: 'GET', path: '/never', signal: caller })).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(250);
  });

  it('keeps the text that could not be parsed out of the error', async () => {
    const error = await http.requestJson({ method: 'GET', path: '/html-as-json' }).catch((cause: unknown) => cause);
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toContain('维护');
  });
});
