import { describe, expect, it } from 'vitest';
import { readStandInConfig } from './config.js';

const GIVEN = { PROVINCE: 'guizhou', DATABASE_URL: 'postgres://127.0.0.1/local' };

describe('readStandInConfig', () => {
  it('listens on loopback, on a free port, unless told otherwise', () => {
    expect(readStandInConfig(GIVEN)).toEqual({
      slug: 'guizhou',
      databaseUrl: GIVEN.DATABASE_URL,
      host: '127.0.0.1',
      port: 0,
    });
    expect(readStandInConfig({ ...GIVEN, HTTP_ADDRESS: '0.0.0.0:8090', PUSH_URL: '' })).toMatchObject({
      host: '0.0.0.0',
      port: 8090,
    });
  });

  it('pushes where it is told to', () => {
    expect(readStandInConfig({ ...GIVEN, PUSH_URL: 'http://127.0.0.1:1/push' }).push).toEqual({
      url: 'http://127.0.0.1:1/push',
    });
  });

  it('names every bad key at once', () => {
    const wrong = { PROVINCE: '../x', HTTP_ADDRESS: 'nowhere', PUSH_URL: 'ftp://x' };
    for (const key of ['PROVINCE', 'DATABASE_URL', 'HTTP_ADDRESS', 'PUSH_URL']) {
      expect(() => readStandInConfig(wrong)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(key) as string }),
      );
    }
  });
});
