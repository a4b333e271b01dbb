import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCountry, type RunningCountry } from './running-country.js';

const GUIZHOU = '520000';
const SOON = { timeout: 15_000, interval: 200 };

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'hebei'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

async function askHebei(path: string, body: object): Promise<{ readonly errcode: number | string; readonly data: Readonly<Record<string, string>> }> {
  const response = await fetch(`http://${running.addresses.localSystems['hebei'] ?? ''}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return (await response.json()) as never;
}

it('shows in the local code of Hebei what Guizhou states of a Hebei person, without making it the colour of Hebei', async () => {
  const standIn = running.standIn('hebei');
  const person = await standIn.getPerson('00');
  await running.person.declareHealth({
    province: GUIZHOU,
    temperature: 38.5,
    subject: { name: person.name, sex: '9', nationality: 'CHN', idType: '01', idNumber: person.documentNumber, registeredRegion: '130000', phone: '19955550001' },
  });
  const adapterUrl = `http://${running.addresses.adapters['hebei'] ?? ''}`;
  await expect.poll(async () => (await askHebei('/stand-in/shared-reports', { person: person.person, adapterUrl })).data['taken'], SOON).toBe(1);

  const { data: validated } = await askHebei('/hbjkm/code/validateCode', { qrCode: await standIn.showCode(person) });
  const { data } = await askHebei('/hbjkm/userHealth/validateInfo', { bizExtData: validated['bizExtData'] });
  const told = data['content'] ?? '';
  expect(told).toContain(GUIZHOU);
  expect(told).toMatch(/"healthyStaus":"01"/);
  expect(told).toMatch(/"fxdj":"00"/);
});

it('is offered by provinces of this mode alone', async () => {
  const body = JSON.stringify({ documentType: '01', documentNumber: '520199190001010016' });
  const response = await fetch(`http://${running.addresses.adapters['guizhou'] ?? ''}/shared-statuses`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(response.status).toBe(404);
});
