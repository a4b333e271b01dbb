import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spoil, startFaultProxy, type FaultProxy } from './fault-proxy.js';
import type { Fault } from './suite-schema.js';

const BODY = '{"status":"绿","number":1}';
const whole = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(BODY) };
const textOf = (fault: Fault): string => spoil(whole, fault).body.toString();

describe('spoil', () => {
  it('leaves an answer alone without a fault', () => {
    expect(spoil(whole, {})).toEqual(whole);
  });

  it('puts one text in the place of another wherever it stands, in any language', () => {
    expect(textOf({ substitute: { find: '"绿"', with: '"紫$&"' } })).toBe('{"status":"紫$&","number":1}');
  });

  it('cuts, replaces and stretches', () => {
    expect(textOf({ truncate: 0.5 })).toBe(Buffer.from(BODY).subarray(0, Math.floor(Buffer.byteLength(BODY) / 2)).toString());
    expect(textOf({ body: '' })).toBe('');
    expect(textOf({ padTo: 100 })).toHaveLength(BODY.length + 100 - Buffer.byteLength(BODY));
    expect(spoil(whole, { status: 302, location: 'http://127.0.0.1:9/' })).toMatchObject({ status: 302, headers: { location: 'http://127.0.0.1:9/' } });
  });
});

describe('the proxy', () => {
  let local: Server;
  let proxy: FaultProxy;
  let seen: string[];
  beforeEach(async () => {
    seen = [];
    local = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-key'])} ${body}`);
        response.writeHead(200, { 'content-type': 'application/json', 'x-signed': 'yes' }).end(BODY);
      });
    });
    await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve));
    proxy = await startFaultProxy(`http://127.0.0.1:${(local.address() as AddressInfo).port}`, 0);
  });
  afterEach(async () => {
    await proxy.stop();
    local.closeAllConnections();
    await new Promise((resolve) => local.close(resolve));
  });

  const ask = (signal = AbortSignal.timeout(2000)) => fetch(`${proxy.origin}/verify?code=a%20b`, { method: 'POST', headers: { 'x-key': 'k' }, body: 'form=1', signal });

  it('passes on path, headers and body, and counts', async () => {
    const answer = await ask();
    expect([await answer.text(), answer.headers.get('x-signed'), seen, proxy.requests()]).toEqual([BODY, 'yes', ['POST /verify?code=a%20b k form=1'], 1]);
  });

  it('breaks the connection instead of an answer, and in the middle of one', async () => {
    proxy.setFault({ hangUp: true });
    await expect(ask()).rejects.toThrow();
    expect(seen).toEqual([]);
    proxy.setFault({ cut: 0.5 });
    await expect(ask().then((answer) => answer.text())).rejects.toThrow();
  });

  it.each<Fault>([{ delay: '10s' }, { drip: '200ms' }, { stall: true }])('keeps who asks waiting: %j', async (fault) => {
    proxy.setFault(fault);
    await expect(ask(AbortSignal.timeout(300)).then((answer) => answer.text())).rejects.toThrow();
    proxy.setFault({});
    expect(await (await ask()).text()).toBe(BODY);
  });

  it('hangs up when the local system itself is away', async () => {
    local.closeAllConnections();
    await new Promise((resolve) => local.close(resolve));
    await expect(ask()).rejects.toThrow();
    local.listen(0);
  });
});
