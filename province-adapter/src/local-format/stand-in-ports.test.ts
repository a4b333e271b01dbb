import { parseIdentityDocument } from '@health-code/attestation';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalHttp, type LocalHttp } from '../local-http/local-http.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { findHandle, resolveIdentity } from './stand-in-ports.js';

const PERSON = parseIdentityDocument('01', syntheticIdNumber('995201', 0));

describe('the ports that a province offers beside its documented interface', () => {
  let server: Server;
  let http: LocalHttp;
  let status: number;
  let said: string;

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(said));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    http = createLocalHttp({ baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, timeoutMs: 2000 });
  });
  afterAll(() => server.close());

  const answer = (body: unknown, as = 200): void => {
    status = as;
    said = JSON.stringify(body);
  };

  it('say who is behind a code, and what to ask with about a person', async () => {
    answer({ found: true, documentType: PERSON.type, documentNumber: PERSON.number });
    expect(await resolveIdentity(http, 'code')).toEqual({ identity: PERSON });
    answer({ found: true, handle: { uid: '1' } });
    expect(await findHandle(http, PERSON)).toEqual({ uid: '1' });
  });

  it('say why a number is nobody\'s, and not the number', async () => {
    answer({ found: true, documentType: '01', documentNumber: '995401190001010018' });
    expect(await resolveIdentity(http, 'code')).toEqual({ identityProblem: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID' });
  });

  it('say that there is nobody', async () => {
    answer({ found: false });
    expect([await resolveIdentity(http, 'code'), await findHandle(http, PERSON)]).toEqual([{}, undefined]);
  });

  it.each([404, 405, 501])('leave the person unresolved, and make no answer invalid, where they are missing: HTTP status %i', async (as) => {
    answer({ message: 'no such path' }, as);
    await expect(resolveIdentity(http, 'code')).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED', message: expect.stringContaining('/stand-in/resolve') as string });
    await expect(findHandle(http, PERSON)).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED', message: expect.stringContaining('/stand-in/find') as string });
  });

  it.each<[string, unknown, number]>([
    ['answers something else', { person: PERSON }, 200],
    ['refuses what it was sent', {}, 400],
  ])('are held to their form: one that %s', async (_what, body, as) => {
    answer(body, as);
    await expect(resolveIdentity(http, 'code')).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });
});
