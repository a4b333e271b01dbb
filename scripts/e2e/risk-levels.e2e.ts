import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALLOWED, outcomeOf, refusedAs, verifyCode } from './outcome.js';
import { findTraces, readPlaces } from './find-traces.js';
import { startCountry, type RunningCountry } from './running-country.js';
import { obtainCode } from './traveller.js';

const GUIZHOU = '520000';
/** 江苏省南京市玄武区. */
const REGION = '320102';
const TRANSPORT = '测试列车T9';
const AUTHORITY = '91330106MA27Y4U47R';
const DAY_MS = 86_400_000;
const SOON = { timeout: 20_000, interval: 200 };

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'jiangsu'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

const chinaDay = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);

function stateLevel(slug: string): Promise<Response> {
  const level = { region: REGION, grade: 'high', effectiveFrom: chinaDay(Date.now() - 3 * DAY_MS), authority: AUTHORITY };
  return fetch(`http://${running.addresses.adapters[slug] ?? ''}/risk-levels`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ levels: [level] }) });
}

it('turns a traveller red in one province for a region of another, and tells nobody where she was', async () => {
  expect((await stateLevel('guizhou')).status).toBe(400);
  expect((await stateLevel('jiangsu')).status).toBe(200);
  expect((await running.ledger.listRiskLevels({ region: REGION })).levels).toMatchObject([{ region: REGION, authority: AUTHORITY, statedBy: '320000' }]);

  const { attestation, subjectReference } = await obtainCode(running);
  expect(outcomeOf(await verifyCode(running, attestation))).toEqual(ALLOWED);
  const arrived = Math.floor((Date.now() - DAY_MS) / 1000);
  await running.person.declareTrip({
    province: GUIZHOU, subjectReference,
    trips: [{ fromRegion: '520102', toRegion: REGION, transport: TRANSPORT, departedAt: { seconds: arrived - 7200 }, arrivedAt: { seconds: arrived } }],
  });
  await expect.poll(async () => outcomeOf(await verifyCode(running, attestation)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
  const { businessSerialNumber, randomNumber } = await running.person.applyCode({ province: GUIZHOU, subjectReference, organisation: AUTHORITY, purpose: 2 });
  const made = await running.person.makeCode({ province: GUIZHOU, businessSerialNumber, randomNumber });
  const verdict = await verifyCode(running, made.attestation);
  expect(outcomeOf(verdict)).toEqual({ ...ALLOWED, status: 'red', advice: 'local-procedure' });
  expect(verdict).toMatchObject({ reasonCode: 'RISK_AREA_HISTORY', ruleId: '520000-declared-trip-high-risk' });

  // The region itself is a public fact; that she was there, and how she came, is written nowhere. In quotes: digits alone also stand in times.
  const places = (await readPlaces(running)).filter(({ name }) => !name.startsWith('hub risk_level'));
  expect(findTraces(places, [TRANSPORT, `"${REGION}"`])).toEqual([]);
});
