import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestPki } from '../identity/certificates.fixture.js';
import { ownHost } from './own-host.js';

let isOwn: (host: string | undefined) => boolean;

beforeAll(async () => {
  isOwn = ownHost((await makeTestPki()).server.certificate);
});

describe('ownHost', () => {
  it.each(['localhost', 'localhost:8443', 'LOCALHOST:1', '127.0.0.1:8443', '127.0.0.1'])('takes %s, which the certificate is for', (host) => {
    expect(isOwn(host)).toBe(true);
  });

  it.each([undefined, '', 'elsewhere.example', 'localhost.elsewhere.example:8443', 'localhost@elsewhere.example', '127.0.0.2', '[::1]:8443', 'localhost:8443/x', 'localhost:123456', 'local host'])(
    'refuses %s',
    (host) => {
      expect(isOwn(host)).toBe(false);
    },
  );
});
