import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CommandError, CommandLineError } from '../access/command-error.js';
import { changeSuspension, parseSequence } from './suspend.js';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
}

describe('changeSuspension', () => {
  let server: Server | undefined;
  const asked: Asked[] = [];

  const listen = async (status: number, body: object): Promise<string> => {
    const started = createServer(({ method, url, headers: { authorization } }, response) => {
      asked.push({ method, url, authorization });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((started.address() as AddressInfo).port)}`;
  };

  afterEach(() => {
    asked.length = 0;
    server?.close();
  });

  it.each([['suspend', 'PUT', true], ['lift', 'DELETE', false]] as const)('%ss with %s and the token', async (change, method, suspended) => {
    const url = await listen(200, { sequence: 7, suspended, attestations: 2 });
    const { facts } = await changeSuspension({ url, token: 'secret' }, 7, change);
    expect(facts).toEqual({ sequence: 7, suspended, attestations: 2 });
    expect(asked).toEqual([{ method, url: '/suspensions/7', authorization: 'Bearer secret' }]);
  });

  it('passes on what the adapter refuses with, and what to do', async () => {
    const url = await listen(409, { code: 'SUSPENSION_NOT_STANDING' });
    await expect(changeSuspension({ url }, 7, 'suspend')).rejects.toMatchObject({ name: 'SuspensionRefused', code: 'SUSPENSION_NOT_STANDING', message: expect.stringContaining('What to do') as unknown });
  });

  it('says that nobody answers', async () => {
    const url = await listen(200, {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(changeSuspension({ url }, 7, 'suspend')).rejects.toBeInstanceOf(CommandError);
  });
});

describe('parseSequence', () => {
  it('accepts a number from 1', () => {
    expect(parseSequence('1204')).toBe(1204);
  });

  it.each(['', '0', '-1', '1.5', '007', '99999999999999999'])('refuses "%s"', (text) => {
    expect(() => parseSequence(text)).toThrow(CommandLineError);
  });
});
