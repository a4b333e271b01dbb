import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseIdentityDocument } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../deploy/embedded/test-services.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { Source } from '../../province-system.js';
import { startStandIn, type StartedStandIn } from '../../stand-in/start-stand-in.http.js';
import { localSystem } from './local-system.js';
import { people } from './people.js';
import { createSource } from './source.js';
import { translate } from './translate.js';

describe('polling 天府健康通', () => {
  let database: TestDatabase;
  let standIn: StartedStandIn;
  let source: Source;

  const post = async (name: string, body: unknown): Promise<void> => {
    const response = await fetch(`http://${standIn.address}/stand-in/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`/stand-in/${name}: ${String(response.status)}`);
  };
  const poll = async (
    cursor: string | undefined,
  ): Promise<{ readonly answers: readonly LocalAnswer[]; readonly cursor: string }> => {
    if (source.readChanges === undefined) throw new Error('not polled');
    return source.readChanges(cursor);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    standIn = await startStandIn(localSystem, { databaseUrl: database.url, host: '127.0.0.1', port: 0 });
    source = createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, isStandIn: true });
  });
  afterAll(async () => {
    await standIn.stop();
    await database.drop();
  });
  beforeEach(async () => {
    await post('faults', { mode: 'none' });
  });

  it('begins with everybody, and then gives what changed', async () => {
    const all = await poll(undefined);
    expect(all.answers).toHaveLength(people.length);
    expect((await poll(all.cursor)).answers).toEqual([]);
    expect((await poll(all.cursor)).cursor).toBe(all.cursor);

    await post('status', { person: people[0]?.id, value: '10', reason: '正在隔离观察' });
    const next = await poll(all.cursor);
    expect(next.answers.map(({ identity }) => identity?.number)).toEqual([people[0]?.documentNumber]);
    expect(next.answers.map((answer) => translate(answer, answer.answeredAt))).toEqual([
      expect.objectContaining({ status: '10', reason: 'UNDER_ISOLATION' }),
    ]);
    expect(next.cursor).not.toBe(all.cursor);
  });

  it('gives people by their documents, and nobody by a document that has no entry in WS 364.3', async () => {
    const { answers } = await poll(undefined);
    const types = answers.map(({ identity }) => identity?.type);
    expect(new Set(types)).toEqual(new Set(['01', '03', '06', '07', undefined]));
    expect(types.filter((type) => type === undefined)).toHaveLength(3);
  });

  it('is not held up by one report that cannot be read', async () => {
    const { cursor } = await poll(undefined);
    await post('status', { person: people[1]?.id, value: '10', report_valid_date: '2099-02-30 00:00:00' });
    await post('status', { person: people[2]?.id, value: 'purple' });
    await post('status', { person: people[3]?.id, value: '00' });
    const { answers } = await poll(cursor);
    const outcomes = answers.map((answer) => {
      try {
        return translate(answer, answer.answeredAt).availability;
      } catch (cause) {
        return (cause as { readonly code: string }).code;
      }
    });
    expect(outcomes).toEqual(['LOCAL_ANSWER_INVALID', 'TRANSLATION_VALUE_UNKNOWN', 'available']);
    for (const index of [1, 2]) await post('status', { person: people[index]?.id, value: '00' });
  });

  it('is not held up by a person whom the local system names and does not know', async () => {
    const reports: readonly object[] = [{ errcode: 'standin-unknown', errmsg: '' }, { errcode: 'standin-sign', errmsg: '' }];
    const certificate = { certificate_type: '1', certificate_id: '1', name: '测试甲' };
    let report = reports[0];
    const server = createServer((request, response) => {
      const isList = request.url?.startsWith('/stand-in/changes') === true;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isList ? { changes: [certificate], cursor: '9' } : report));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const odd = createSource({ baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, timeoutMs: 2000, isStandIn: true });
    expect(await odd.readChanges?.('8')).toMatchObject({ answers: [{ fields: {} }], cursor: '9' });
    report = reports[1];
    await expect(odd.readChanges?.('8')).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
    server.close();
  });

  it('keeps its cursor when the local system fails', async () => {
    await post('faults', { mode: 'html' });
    await expect(poll('0')).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it('answers about every documented kind of certificate', async () => {
    for (const { documentType, documentNumber } of people.filter((person) =>
      ['03', '06', '07'].includes(person.documentType),
    )) {
      const document = parseIdentityDocument(documentType, documentNumber);
      const answer = await source.readPerson(document, {
        province: '520000',
        purpose: 'checkpoint',
        organisation: '',
        position: '',
      });
      expect(answer.identity).toEqual(document);
      expect(translate(answer, answer.answeredAt)).toMatchObject({ status: '00' });
    }
  });

  it('is told that a wrong secret is not permitted', async () => {
    const stranger = createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, credentials: { appId: 'standin-app', secretKey: 'wrong' } });
    const document = parseIdentityDocument('01', people[0]?.documentNumber ?? '');
    await expect(
      stranger.readPerson(document, { province: '520000', purpose: 'checkpoint', organisation: '', position: '' }),
    ).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
  });
});
