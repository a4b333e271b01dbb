import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRiskLevelReader } from './risk-level-reader.http.js';

const LEVEL = { region: '130102', grade: 'high', effectiveFrom: '2022-03-10', authority: '91330106MA27Y4U47R', statedBy: '130000', statedAt: 1 };

describe('createRiskLevelReader', () => {
  let server: Server;
  let answer: { readonly status: number; readonly body: string };
  let url: string;
  beforeEach(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/push`;
  });
  afterEach(() => server.close());
  const read = () => createRiskLevelReader({ url })();

  it('knows what the adapter served with its age', async () => {
    answer = { status: 200, body: JSON.stringify({ ageSeconds: 3, levels: [LEVEL] }) };
    expect((await read())?.list()).toEqual([LEVEL]);
  });

  it('takes an empty list with an age for an answer: there are no levels', async () => {
    answer = { status: 200, body: '{"ageSeconds":0,"levels":[]}' };
    expect((await read())?.list()).toEqual([]);
  });

  it.each([
    ['503', { status: 503, body: '{"code":"HUB_UNREACHABLE"}' }],
    ['no body', { status: 200, body: '' }],
    ['an empty list that has no age', { status: 200, body: '{"levels":[]}' }],
    ['another form', { status: 200, body: '{"ageSeconds":1,"levels":[{"region":"130102"}]}' }],
    ['a page', { status: 200, body: '<html></html>' }],
  ])('knows nothing after %s, which is not that there is nothing', async (_, said) => {
    answer = said;
    expect(await read()).toBeUndefined();
  });

  it('knows nothing of an adapter that is away', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await read()).toBeUndefined();
  });
});
