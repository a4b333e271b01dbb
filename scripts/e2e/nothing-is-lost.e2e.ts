import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTraces, readLogs, readPlaces, wordsOfPeople } from './find-traces.js';
import { ALLOWED, outcomeOf, verifyBatch, verifyCode, verifyPerson } from './outcome.js';
import { ProvinceVoice } from './province-voice.js';
import { persist, startCountry, type RunningCountry } from './running-country.js';
import { seededRandom } from './seeded-random.js';
import type { LocalPerson } from '../clients/stand-in.js';

const SEED = 38_961;
const FEED = 3000;
const AFTER_WIPE = 500;
const ROUNDS = 9;
const BATCH = 1000;
const JIANGSU = '320000';
const GUIZHOU = '520000';
const FINALLY = { timeout: 90_000, interval: 250 };

/** Who is killed together; started again in this order. */
const VICTIMS = [['hub'], ['nats'], ['postgres'], ['adapter-guizhou'], ['postgres', 'hub'], ['nats', 'adapter-guizhou'], ['postgres', 'nats'], ['nats', 'hub']] as const;

/** What Guizhou may say of a person, by the value its local system keeps. */
const STATEMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '00': { availability: 'available', reason: '', ruleId: '520000-declared-nothing', ruleVersion: '1', evidence: 'self-declared' },
  '01': { availability: 'available', reason: 'FEVER', ruleId: '520000-declared-fever', ruleVersion: '1', evidence: 'self-declared' },
  '10': { availability: 'available', reason: 'CONTACT_HISTORY', ruleId: '520000-declared-contact', ruleVersion: '1', evidence: 'self-declared' },
};
const COLOURS: Readonly<Record<string, string>> = { '00': 'green', '01': 'yellow', '10': 'red' };

let running: RunningCountry;
/** A province whose feed the test publishes; Guizhou's comes from its own adapter. */
let jiangsu: ProvinceVoice;
const random = seededRandom(SEED);
const tokens: string[] = [];
const bySequence = new Map<number, string>();
/** What Guizhou's local system says of each person by now, by identity number. */
const said = new Map<string, string>();

const signOn = async (count: number): Promise<readonly string[]> => {
  const added = await Promise.all(Array.from({ length: count }, (_, place) => jiangsu.sign(tokens.length + place + 1)));
  for (const { token, attestation } of added) bySequence.set(attestation.sequence, token);
  tokens.push(...added.map(({ token }) => token));
  return tokens;
};

beforeAll(async () => {
  // One device asks here as often as all checkpoints of a province would.
  running = await startCountry({ provinces: ['guizhou', 'jiangsu'], adapterSettings: { HEARTBEAT_INTERVAL: '500ms' }, hubSettings: { VERIFY_LIMIT: '1000000/s' } });
  jiangsu = await ProvinceVoice.take(running, 'jiangsu');
  jiangsu.answerResends(bySequence);
  await signOn(FEED);
});

afterAll(async () => {
  await jiangsu.close();
  await running.stop();
});

const changeSomebody = async (people: readonly LocalPerson[]): Promise<void> => {
  const person = people[random.integer(people.length)]!;
  const value = Object.keys(STATEMENTS)[random.integer(3)]!;
  await persist(() => running.standIn('guizhou').setStatus(person, value, STATEMENTS[value]));
  said.set(person.documentNumber, value);
};

const feedOf = async (issuer: string): Promise<v1.IIssuerFeed | undefined> => (await running.ledger.getSummary({})).feeds.find((feed) => feed.issuer === issuer);
const numbersOf = (issuer: string): Promise<readonly { n: number; different: number; last: number }[]> =>
  running.query('hub', 'SELECT count(*)::int AS n, count(DISTINCT sequence)::int AS different, max(sequence)::int AS last FROM ledger_entry WHERE issuer = $1', [issuer]);

/** How many changes of its people Guizhou's local system has not pushed yet. */
const countUnpushed = async (): Promise<number> => {
  const sql = `SELECT count(*)::int AS n FROM stand_in_document WHERE collection = 'person'
    AND sequence > coalesce((SELECT (body->>'sequence')::bigint FROM stand_in_document WHERE collection = 'push-cursor'), 0)`;
  return (await running.query<{ n: number }>('local-system-guizhou', sql))[0]!.n;
};

/** Everything Jiangsu published is in the ledger exactly once, and so is everything that Guizhou's adapter committed. */
async function expectNothingLost(): Promise<void> {
  const total = tokens.length;
  await expect.poll(countUnpushed, FINALLY).toBe(0);
  const [{ last }] = (await running.query<{ last: number }>('adapter-guizhou', 'SELECT last_sequence::int AS last FROM issuer_sequence')) as readonly [{ last: number }];
  await expect.poll(async () => [await numbersOf(JIANGSU), await numbersOf(GUIZHOU)], FINALLY).toEqual([
    [{ n: total, different: total, last: total }],
    [{ n: last, different: last, last }],
  ]);
  const stored = 'SELECT sequence::int AS sequence, token FROM attestation WHERE issuer = $1 ORDER BY attestation.sequence';
  expect(await running.query('hub', stored, [JIANGSU])).toEqual(tokens.map((token, place) => ({ sequence: place + 1, token })));
  expect(await running.query('hub', stored, [GUIZHOU])).toEqual(await running.query('adapter-guizhou', 'SELECT sequence::int AS sequence, token FROM attestation_outbox ORDER BY attestation_outbox.sequence'));
  const indexes = await running.query('hub', 'SELECT count(*)::int AS n, min(index)::int AS first, max(index)::int AS last FROM ledger_entry');
  expect(indexes).toEqual([{ n: total + last, first: 0, last: total + last - 1 }]);
  expect(await running.query('hub', 'SELECT issuer, code, size FROM quarantine')).toEqual([]);
  await jiangsu.heartbeat(total);
  await expect.poll(() => feedOf(JIANGSU), FINALLY).toMatchObject({ contiguousSequence: total, highestSequence: total, complete: true, equivocations: 0, quarantined: 0 });
  await expect.poll(() => feedOf(GUIZHOU), FINALLY).toMatchObject({ contiguousSequence: last, highestSequence: last, complete: true, equivocations: 0, quarantined: 0 });
}

async function expectRightVerdicts(): Promise<void> {
  for (let at = 0; at < tokens.length; at += BATCH) {
    const batch = tokens.slice(at, at + BATCH);
    expect(await verifyBatch(running, batch)).toEqual(batch.map(() => ALLOWED));
  }
  for (const [number, value] of said) {
    const verdict = await verifyPerson(running, { type: '01', number, homeProvince: GUIZHOU });
    expect(outcomeOf(verdict)).toEqual({ ...ALLOWED, status: COLOURS[value], advice: value === '00' ? 'allow' : 'local-procedure' });
  }
}

describe('a feed while everybody is killed at random moments', () => {
  it('is in the ledger to the last number, exactly once and in place, with the right verdicts', { timeout: 240_000 }, async () => {
    const people = (await running.standIn('guizhou').people()).filter(({ value }) => value in COLOURS);
    const killing = new AbortController();
    const feed = jiangsu.publishFeed(tokens, () => (killing.signal.aborted ? 0 : random.integer(900)));
    const change = (async () => {
      while (!killing.signal.aborted) {
        await changeSomebody(people);
        await delay(random.integer(150));
      }
    })();
    for (let round = 0; round < ROUNDS; round += 1) {
      await delay(random.integer(1200));
      const victims = VICTIMS[round % VICTIMS.length]!;
      for (const name of victims) await running.kill(name);
      await delay(random.integer(500));
      for (const name of victims) await running.restart(name);
      await persist(() => jiangsu.heartbeat(1));
    }
    killing.abort();
    await Promise.all([feed, change]);
    await expectNothingLost();
    await expectRightVerdicts();
    expect(said.size).toBeGreaterThan(5);
  });

  it('gives the same verdicts after one more crash of the hub, from what is stored alone', async () => {
    await running.kill('hub');
    await running.restart('hub');
    await expectRightVerdicts();
  });

  it('has what is known verified while PostgreSQL and NATS are away', async () => {
    await running.kill('nats');
    await running.kill('postgres');
    expect(outcomeOf(await verifyCode(running, tokens[0]!))).toEqual(ALLOWED);
    expect(await verifyBatch(running, tokens.slice(0, 100))).toEqual(tokens.slice(0, 100).map(() => ALLOWED));
    await running.restart('postgres');
    await running.restart('nats');
    await expectNothingLost();
  });
});

describe('a broker that lost its store', () => {
  it('loses nothing: the hub asks every province for what it never got', { timeout: 180_000 }, async () => {
    const people = (await running.standIn('guizhou').people()).filter(({ value }) => value in COLOURS);
    const unpublished = (): Promise<readonly object[]> => running.query('adapter-guizhou', 'SELECT 1 FROM attestation_outbox WHERE published_at IS NULL');
    await expect.poll(unpublished, FINALLY).toEqual([]);
    await running.kill('hub');
    const before = await numbersOf(GUIZHOU);
    const published = tokens.length;
    await signOn(AFTER_WIPE);
    await Promise.all(tokens.slice(published).map((token) => jiangsu.publish(token)));
    for (const person of people) {
      const value = person.value === '10' ? '00' : '10';
      await running.standIn('guizhou').setStatus(person, value, STATEMENTS[value]);
      said.set(person.documentNumber, value);
    }
    const issued = async (): Promise<number> => (await running.query<{ last: number }>('adapter-guizhou', 'SELECT last_sequence::int AS last FROM issuer_sequence'))[0]!.last;
    await expect.poll(countUnpushed, FINALLY).toBe(0);
    expect(await issued()).toBe(before[0]!.last + people.length);
    await expect.poll(unpublished, FINALLY).toEqual([]);

    await running.stopOne('nats');
    const store = join(running.dataPath, 'nats', 'jetstream');
    expect(existsSync(store)).toBe(true);
    rmSync(store, { recursive: true });
    await running.restart('nats');
    await running.restart('hub');
    await persist(() => jiangsu.heartbeat(tokens.length));
    await expectNothingLost();
    await expectRightVerdicts();
  });
});

describe('at the end', () => {
  it('nobody is named in a log, a message or a table of the hub, errors and crashes included', async () => {
    const words = await wordsOfPeople(running);
    expect(words.length).toBeGreaterThan(60);
    expect(findTraces(await readPlaces(running), words)).toEqual([]);
  });

  it('no log holds a token or the reference of a person', async () => {
    const references = await running.query<{ subject: string }>('adapter-guizhou', 'SELECT DISTINCT subject_reference AS subject FROM attestation_outbox');
    expect(findTraces(readLogs(running), ['eyJ', ...references.map(({ subject }) => subject)])).toEqual([]);
  });

  it('nothing had ended by itself', () => {
    expect(running.ended).toEqual([]);
  });
});
