import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../../../deploy/embedded/test-pki.js';
import { HubFiles } from './hub-files.js';

let authority: TestAuthority;
let server: Server;
let url: string;

const got = async (options: Partial<ConstructorParameters<typeof HubFiles>[0]>): Promise<string> => {
  const files = new HubFiles({ url, authority: authority.certificate, timeoutMs: 2000, ...options });
  try {
    return (await files.get('/a', 100)).body.toString();
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    files.close();
  }
};

beforeEach(async () => {
  authority = await makeTestAuthority('servers');
  const { certificate, key } = await authority.issueServer({ hosts: ['hub.example'], addresses: [] });
  server = createServer({ cert: certificate, key }, (_, response) => response.end('content'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('HubFiles over TLS', () => {
  it('reads from whoever has a certificate of the hub’s authority for its name', async () => {
    expect(await got({ serverName: 'hub.example' })).toBe('content');
  });

  it('reads nothing from another name, or by another authority', async () => {
    expect(await got({})).toBe('PACKAGE_UNREACHABLE');
    expect(await got({ serverName: 'hub.example', authority: (await makeTestAuthority('others')).certificate })).toBe('PACKAGE_UNREACHABLE');
  });
});
