import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyDelta, createKeyRing, importProvinceKey, listedStatus, parseProvinceCode, statusListPlace, verifyStatusList, verifyStatusListDelta, type ListedStatus } from '@health-code/attestation';
import { changeSuspension } from '../province/suspend.js';
import { ALLOWED, outcomeOf, refusedAs, verifyBatch, verifyCode, verifyPerson } from './outcome.js';
import { CODES, startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 50 };
const SUSPENDED = refusedAs('suspended', 'ATTESTATION_SUSPENDED');
const GUIZHOU = parseProvinceCode('520000');

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'beijing'], adapterSettings: { HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

/** What the hub hands out to everybody about an attestation, verified with the province's key: the last whole list, and what leads on from it. */
async function listed(sequence: number): Promise<ListedStatus | undefined> {
  const { index, shard } = statusListPlace(GUIZHOU, sequence);
  const url = `http://${running.addresses.hub.http}/status-lists/${GUIZHOU}/${String(shard)}`;
  const { provinces } = await running.ledger.listProvinces({});
  const { keys } = JSON.parse(provinces.find(({ code }) => code === GUIZHOU)?.jwks ?? '') as { readonly keys: readonly { readonly use?: string }[] };
  const ring = createKeyRing(await Promise.all(keys.filter(({ use }) => use === 'sig').map((jwk) => importProvinceKey(jwk, GUIZHOU))));
  const now = Math.floor(Date.now() / 1000);
  let list = await verifyStatusList(await (await fetch(url)).text(), ring, now);
  const answer = await (await fetch(`${url}?after=${String(list.version)}`)).text();
  const deltas = answer.startsWith('{') ? (JSON.parse(answer) as { readonly deltas: readonly string[] }).deltas : [];
  for (const delta of deltas) list = await applyDelta(list, await verifyStatusListDelta(delta, ring, now));
  return listedStatus(list, index);
}

describe('a green that its province suspends', () => {
  it('is refused at every checkpoint until it is lifted, and takes no other person along', async () => {
    const adapter = { url: `http://${running.addresses.adapters['guizhou'] ?? ''}` };
    const standIn = running.standIn('guizhou');
    const [one, other] = (await standIn.people()).filter(({ value, documentType }) => value === '00' && documentType === '01').slice(4, 6)
      .map(({ documentType: type, documentNumber: number }) => ({ type, number, homeProvince: CODES['guizhou'] ?? '' }));
    const [before, neighbour] = [await verifyPerson(running, one ?? {}), await verifyPerson(running, other ?? {})];
    expect([outcomeOf(before), outcomeOf(neighbour)]).toEqual([ALLOWED, ALLOWED]);
    const token = before.attestation ?? '';
    const sequence = Number(before.sequence);

    await changeSuspension(adapter, sequence, 'suspend');
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(SUSPENDED);
    expect(await verifyBatch(running, [token, neighbour.attestation ?? ''])).toEqual([SUSPENDED, ALLOWED]);
    await expect.poll(() => listed(sequence), { timeout: 15_000 }).toBe('suspended');

    await changeSuspension(adapter, sequence, 'lift');
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(ALLOWED);
    await expect.poll(() => listed(sequence), { timeout: 15_000 }).toBe('valid');
  });

  it('is no longer suspended, and superseded, when something else is stated', async () => {
    const adapter = { url: `http://${running.addresses.adapters['guizhou'] ?? ''}` };
    const standIn = running.standIn('guizhou');
    const person = (await standIn.people()).filter(({ value, documentType }) => value === '00' && documentType === '01')[7]!;
    const before = await verifyPerson(running, { type: person.documentType, number: person.documentNumber, homeProvince: CODES['guizhou'] ?? '' });
    await changeSuspension(adapter, Number(before.sequence), 'suspend');
    await standIn.setStatus(person, '10', {});
    await expect.poll(async () => outcomeOf(await verifyCode(running, before.attestation ?? '')), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    await expect(changeSuspension(adapter, Number(before.sequence), 'suspend')).rejects.toMatchObject({ code: 'SUSPENSION_NOT_STANDING' });
  });
});
