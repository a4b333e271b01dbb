import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { statusListUri, parseProvinceCode } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeSuspension } from '../province/suspend.js';
import { enrolGateDevice } from '../story/offline-device.js';
import { startGate, type Gate } from '../story/offline-gate.js';
import { holdingOf, peopleOf, show, type Held } from '../story/offline-people.js';
import { CAST, openOfflinePlace, type OfflinePlace } from '../story/offline-place.js';
import { recognisedAs, refusedAs } from '../story/offline-verdict.js';
import { persist } from './running-country.js';
import { seededRandom } from './seeded-random.js';
import { listedIn, readHubList, readOwnList } from './status-list-view.js';

const SEED = 2026;
const { pushing, here } = CAST;
const URI = statusListUri(parseProvinceCode(pushing.code));
/** Once everybody is back; well below the minute in which every list is signed anew anyway. */
const SOON = { timeout: 20_000, interval: 100 };
const COLOURS = ['00', '01', '10'] as const;
const GREEN = recognisedAs('green');
const SUPERSEDED = refusedAs('superseded', 'ATTESTATION_SUPERSEDED');

const random = seededRandom(SEED);
const folder = mkdtempSync(join(tmpdir(), 'health-code-status-lists-'));
let place: OfflinePlace;
let gate: Gate;
let people: readonly Held[];
/** Says green to the end. */
let unchanged: Held;
/** Versions of the list as the gate had them, one after another. */
const versions: number[] = [];
let watching: Promise<void>;
const stop = new AbortController();

beforeAll(async () => {
  place = await openOfflinePlace({ announce: () => undefined, provinces: [pushing, here] });
  gate = await startGate(await enrolGateDevice(place, join(folder, 'device')));
  const held = await Promise.all((await peopleOf(place, pushing.slug, '00', 0, 9)).map((person) => persist(() => holdingOf(place, pushing.slug, person))));
  [unchanged, ...people] = held as [Held, ...Held[]];
  watching = (async () => {
    while (!stop.signal.aborted) {
      const { lists } = await gate.state();
      versions.push(...lists.filter(({ uri }) => uri === URI).map(({ version }) => Number(version)));
      await delay(50);
    }
  })();
});

afterAll(async () => {
  stop.abort();
  await watching;
  await gate.end();
  await place.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The local system says this and that, whoever is away. */
async function changeMuch(times: number): Promise<void> {
  const standIn = place.standIn(pushing.slug);
  for (let time = 0; time < times; time += 1) {
    const { person } = people[random.integer(people.length)]!;
    await standIn.setStatus(person, COLOURS[random.integer(COLOURS.length)]!);
    await delay(random.integer(120));
  }
  // Ends as what nobody held before.
  for (const { person } of people) await standIn.setStatus(person, '10');
}

/** Province, hub and gate hold the same list, and nothing waits to be said. */
async function expectEqual(): Promise<void> {
  const unpushed = `SELECT count(*)::int AS n FROM stand_in_document WHERE collection = 'person'
    AND sequence > coalesce((SELECT (body->>'sequence')::bigint FROM stand_in_document WHERE collection = 'push-cursor'), 0)`;
  await expect.poll(async () => (await place.query<{ readonly n: number }>(`local-system-${pushing.slug}`, unpushed))[0]?.n, SOON).toBe(0);
  await expect.poll(async () => {
    const own = await readOwnList(place, pushing.slug);
    const list = await readHubList(place, pushing.code);
    const held = (await gate.state()).lists.find(({ uri }) => uri === URI);
    return { isAsNew: [list.version, Number(held?.version)].map((version) => version === own.version), isTheSame: JSON.stringify(listedIn(list, own.last)) === JSON.stringify(own.listed) };
  }, SOON).toEqual({ isAsNew: [true, true], isTheSame: true });
  for (const { code } of people) expect(await show(gate.checkpoint, code)).toEqual(SUPERSEDED);
  expect(await show(gate.checkpoint, unchanged.code)).toEqual(GREEN);
}

/** Nobody who follows was ever led back. */
const expectNoWayBack = (): void => {
  expect(versions.length).toBeGreaterThan(0);
  expect(versions).toEqual([...versions].sort((one, other) => one - other));
};

async function changeWhile(happening: () => Promise<void>): Promise<void> {
  const changes = changeMuch(20);
  await delay(200 + random.integer(400));
  await happening();
  await changes;
}

describe('status lists', () => {
  it('lose nothing when the adapter is killed while it signs', async () => {
    for (let time = 0; time < 3; time += 1) {
      await changeWhile(async () => {
        await place.kill(`adapter-${pushing.slug}`);
        await place.restart(`adapter-${pushing.slug}`);
      });
    }
    await expectEqual();
    expectNoWayBack();
  });

  it('reach a hub that was killed, and the gate behind it, as soon as it is back', async () => {
    await changeWhile(async () => {
      await place.kill('hub');
      await delay(1500);
    });
    const adapter = { url: `http://${place.addresses.adapters[pushing.slug] ?? ''}` };
    // The last word before the hub is back: nothing that follows would lead to it.
    await delay(1500);
    await changeSuspension(adapter, unchanged.sequence, 'suspend');
    await changeSuspension(adapter, unchanged.sequence, 'lift');
    await place.restart('hub');
    await expectEqual();
    expectNoWayBack();
  });

  it('are asked for by a hub that lost them', async () => {
    await place.kill('hub');
    await place.query('hub', 'TRUNCATE status_list, status_list_delta');
    await place.restart('hub');
    await expectEqual();
    expectNoWayBack();
  });

  it('are as they should be when NATS is back that was away for a while', async () => {
    await changeWhile(async () => {
      await place.kill('nats');
      await delay(2500);
      await place.restart('nats');
    });
    await expectEqual();
    expectNoWayBack();
  });

  it('are as they should be when the hub did not hear for a while', async () => {
    await changeWhile(async () => {
      place.suspend('hub');
      await delay(4000);
      place.resume('hub');
    });
    await expectEqual();
    expectNoWayBack();
  });
});
