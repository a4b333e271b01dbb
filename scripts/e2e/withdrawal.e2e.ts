import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, availabilityOf, outcomeOf, refusedAs, verifyBatch, verifyCode, verifyPerson } from './outcome.js';
import { CODES, startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 100 };

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'beijing', 'sichuan'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

describe.each([
  { slug: 'guizhou', way: 'pushes that it is pending', green: '00', none: '00', fields: { availability: 'pending' }, back: { availability: 'available' }, reason: 'STATUS_WITHDRAWN' },
  { slug: 'sichuan', way: 'is polled and says what nobody has listed', green: '00', none: 'X9', fields: {}, back: {}, reason: 'STATUS_NOT_TRANSLATABLE' },
])('a green of $slug, whose local system $way', ({ slug, green, none, fields, back, reason }) => {
  it('is refused everywhere without being asked for, is no status by document, and comes back as a new statement', async () => {
    const standIn = running.standIn(slug);
    const person = (await standIn.people()).filter(({ value, documentType }) => value === green && documentType === '01')[2]!;
    const document = { type: person.documentType, number: person.documentNumber };
    const atHome = { ...document, homeProvince: CODES[slug]! };
    const before = await verifyPerson(running, atHome);
    expect(outcomeOf(before)).toEqual(ALLOWED);
    const token = before.attestation!;

    await standIn.setStatus(person, none, fields);
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    expect(await verifyBatch(running, [token])).toEqual([refusedAs('superseded', 'ATTESTATION_SUPERSEDED')]);
    const withdrawn = await verifyPerson(running, document);
    expect([outcomeOf(withdrawn), availabilityOf(withdrawn)]).toEqual([refusedAs('no-status', 'STATUS_UNAVAILABLE'), 'unavailable']);
    const sql = 'SELECT status, reason, supersedes::int AS old FROM attestation WHERE issuer = $1 AND sequence = $2';
    expect(await running.query('hub', sql, [CODES[slug], withdrawn.sequence])).toEqual([{ status: 'none', reason, old: Number(before.sequence) }]);

    await standIn.setStatus(person, green, back);
    await expect.poll(async () => outcomeOf(await verifyPerson(running, document)), SOON).toEqual(ALLOWED);
    expect(outcomeOf(await verifyCode(running, token))).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
  });
});

describe('a green of Beijing, whose local system says on demand that it is pending', () => {
  it('is refused from then on, and issues one withdrawal however often it is asked for', async () => {
    const standIn = running.standIn('beijing');
    const person = await standIn.getPerson('0');
    const first = await verifyCode(running, await standIn.showCode(person), '520000');
    expect(outcomeOf(first)).toEqual(ALLOWED);
    await standIn.setStatus(person, '-7');
    for (let times = 0; times < 3; times += 1) {
      const asked = await verifyCode(running, await standIn.showCode(person), '520000');
      expect([outcomeOf(asked), availabilityOf(asked)]).toEqual([refusedAs('no-status', 'STATUS_PENDING'), 'pending']);
    }
    await expect.poll(async () => outcomeOf(await verifyCode(running, first.attestation!)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    const [row] = await running.query<{ n: number }>('hub', `SELECT count(*)::int AS n FROM attestation WHERE issuer = '110000' AND status = 'none'`);
    expect(row!.n).toBe(1);
    await standIn.setStatus(person, '0');
    expect(outcomeOf(await verifyCode(running, await standIn.showCode(person), '520000'))).toEqual(ALLOWED);
  });
});
