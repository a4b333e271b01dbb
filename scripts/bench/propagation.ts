import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inboxPrefix, type v1 } from '@health-code/messages';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { enrolGateDevice } from '../story/offline-device.js';
import { startGate, type Gate } from '../story/offline-gate.js';
import { show, until } from '../story/offline-people.js';
import { CAST, openOfflinePlace, type OfflinePlace } from '../story/offline-place.js';
import { median, percentile, type Figure } from './figure.js';

const { pushing, here } = CAST;
const CHANGES = 1000;
/** Some first ones are not counted: every process is still being compiled. */
const WARM_UP = 50;
/** Between two looks at one checkpoint, milliseconds: what a figure may be too large by. */
const GLANCE_MS = 1;
const PATIENCE_MS = 30_000;
const DAY_S = 86_400;

/** Statements of Guizhou's national code, by colour. */
const SAID = {
  '00': { status: '00', reason: '', ruleId: '520000-declared-nothing' },
  '10': { status: '10', reason: 'CONTACT_HISTORY', ruleId: '520000-declared-contact' },
} as const;

/** What a local system in direct mode pushes of a person who does not exist. */
function pushOf(person: number, colour: keyof typeof SAID) {
  const now = Math.floor(Date.now() / 1000);
  const statement = {
    availability: 'available', ...SAID[colour], ruleVersion: '1', authority: pushing.code, evidence: 'self-declared', since: now - 60, validUntil: now + DAY_S,
    guidance: '', maskedName: '测*', maskedIdNumber: '', person: { idType: '03', idNumber: `E${String(person).padStart(8, '0')}` },
  };
  return { statements: [statement] };
}

/** Pushes as a local system does; resolves when the adapter has committed it. */
async function push({ addresses }: OfflinePlace, person: number, colour: keyof typeof SAID): Promise<void> {
  const response = await fetch(`http://${addresses.adapters[pushing.slug] ?? ''}/push`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(pushOf(person, colour)),
  });
  const { accepted } = (await response.json()) as { readonly accepted?: number };
  if (accepted !== 1) throw new Error(`the adapter did not take a push: ${String(response.status)}`);
}

/** Greens of so many people, as they are shown, in the order of these people. */
async function stateGreens(place: OfflinePlace, gate: Gate): Promise<readonly string[]> {
  const [{ last: before } = { last: 0 }] = await place.query<{ readonly last: number }>('adapter-guizhou', 'SELECT last_sequence::int AS last FROM issuer_sequence');
  for (let person = 0; person < WARM_UP + CHANGES; person += 1) await push(place, person, '00');
  const rows = await until('the greens', async () => {
    const found = await place.query<{ readonly token: string }>('hub', 'SELECT token FROM attestation WHERE issuer = $1 AND sequence > $2 ORDER BY attestation.sequence', [pushing.code, before]);
    return found.length === WARM_UP + CHANGES ? found : undefined;
  });
  const tokens = rows.map(({ token }) => token);
  await until('the first green', async () => ((await show(gate.checkpoint, tokens[0] ?? '')).advice === 'allow' ? true : undefined));
  return tokens;
}

/** Shows a code until it is refused; milliseconds since `began`. */
async function refusedAfter(checkpoint: v1.Checkpoint, code: string, began: number): Promise<number> {
  for (;;) {
    const { recognition, advice } = await show(checkpoint, code);
    const after = performance.now() - began;
    if (recognition === 'superseded') return after;
    if (advice !== 'allow') throw new Error(`a checkpoint said ${recognition}`);
    if (after > PATIENCE_MS) throw new Error('a change did not reach a checkpoint');
    await delay(GLANCE_MS);
  }
}

/** The least that any way of a change takes here: written down once, and told over the broker once. */
interface Floor {
  readonly measure: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function openFloor({ dataPath, addresses }: OfflinePlace): Promise<Floor> {
  const secret = (...path: readonly string[]): string => readFileSync(join(dataPath, 'secrets', ...path), 'utf8').trim();
  const { postgres } = JSON.parse(readFileSync(join(dataPath, 'ports.json'), 'utf8')) as { readonly postgres: number };
  const database = new pg.Client({ connectionString: `postgres://postgres:${secret('postgres-password')}@127.0.0.1:${String(postgres)}/postgres` });
  await database.connect();
  await database.query('CREATE TABLE floor (token text NOT NULL)');
  const authenticator = credsAuthenticator(new TextEncoder().encode(`${secret('nats', `${here.code}.creds`)}\n`));
  const nats: NatsConnection = await connect({ servers: addresses.nats, authenticator, inboxPrefix: inboxPrefix(here.code) });
  const token = 'x'.repeat(850);
  return {
    measure: async () => {
      const began = performance.now();
      await database.query('INSERT INTO floor VALUES ($1)', [token]);
      await nats.rtt();
      return performance.now() - began;
    },
    close: async () => {
      await nats.close();
      await database.end();
    },
  };
}

interface Delays {
  readonly online: number[];
  readonly following: number[];
  readonly floor: number[];
}

async function measureChanges(place: OfflinePlace, gate: Gate, floor: Floor): Promise<Delays> {
  const delays: Delays = { online: [], following: [], floor: [] };
  const tokens = await stateGreens(place, gate);
  const hub = place.parties.as({ role: 'checkpoint', province: here.code }).checkpoint;
  for (const [person, token] of tokens.entries()) {
    const least = await floor.measure();
    const began = performance.now();
    const [online, following] = await Promise.all([refusedAfter(hub, token, began), refusedAfter(gate.checkpoint, token, began), push(place, person, '10')]);
    if (person < WARM_UP) continue;
    delays.online.push(online);
    delays.following.push(following);
    delays.floor.push(least);
  }
  return delays;
}

const rounded = (ms: number): number => Number(ms.toPrecision(4));

/** Median and p99 of one way. The aim of the p99 is one in milliseconds: its floor stands beside it without a ratio. */
function figuresOf(way: string, delays: readonly number[], floor: readonly number[]): readonly Figure[] {
  const [middle, least] = [median(delays), median(floor)];
  return [
    { name: `propagation.${way}.p50`, value: rounded(middle), unit: 'ms', floor: rounded(least), ratio: rounded(middle / least) },
    { name: `propagation.${way}.p99`, value: rounded(percentile(delays, 0.99)), unit: 'ms', floor: rounded(percentile(floor, 0.99)), aim: '<= 300' },
  ];
}

/**
 * 传播时间: from a local system's push of a red for a green until the hub refuses the green, and until a gate does that follows; a thousand
 * changes one after another, while nothing else is asked. Both checkpoints are asked without a pause, on the same two processors.
 */
export async function benchPropagation(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'health-code-bench-propagation-'));
  const place = await openOfflinePlace({ announce: () => undefined, provinces: [pushing, here], hubSettings: { VERIFY_LIMIT: '1000000/s', PACKAGE_INTERVAL: '30s' } });
  const ends: (() => Promise<void>)[] = [() => place.stop()];
  try {
    const gate = await startGate(await enrolGateDevice(place, folder), { UPDATE_INTERVAL: '30s', REPORT_INTERVAL: '60s' });
    ends.unshift(() => gate.end());
    const floor = await openFloor(place);
    ends.unshift(() => floor.close());
    const delays = await measureChanges(place, gate, floor);
    return [...figuresOf('online', delays.online, delays.floor), ...figuresOf('following', delays.following, delays.floor)];
  } finally {
    for (const end of ends) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}
