import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { callSubject, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { DEFAULT_PROVINCES } from '../../deploy/embedded/province-seat.js';
import { bufCurl } from './buf-curl.js';
import { findTraces, readPlaces, wordsOfPeople } from './find-traces.js';
import { ALLOWED, availabilityOf, contextIn, outcomeOf, refusalOf, refusedAs, verifyBatch, verifyCode, verifyPerson } from './outcome.js';
import { CODES, startCountry, type RunningCountry } from './running-country.js';
import { obtainCode, tamper, TRAVELLER } from './traveller.js';
import { verifyStream } from './verify-stream.js';

const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const SOON = { timeout: 15_000, interval: 100 };
const YESTERDAY = 86_400;

/** How each province with a code of its own says green, yellow and red, and where its people travel to. */
const LOCAL = [
  { slug: 'beijing', to: '310000', green: '0', yellow: '1', red: '2', reason: 'HOME_OBSERVATION' },
  { slug: 'shanghai', to: '320000', green: '00', yellow: '01', red: '10', reason: 'REASON_NOT_STATED' },
  { slug: 'jiangsu', to: '510000', green: 'green', yellow: 'yellow', red: 'red', reason: 'REASON_NOT_STATED' },
  { slug: 'sichuan', to: '110000', green: '00', yellow: '01', red: '10', reason: 'RISK_AREA_HISTORY' },
] as const;

let running: RunningCountry;
let tap: NatsConnection;
/** What went over NATS between the hub and the provinces. */
const calls: string[] = [];

beforeAll(async () => {
  running = await startCountry({ provinces: DEFAULT_PROVINCES.map(({ slug }) => slug), adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
  tap = await running.signIn('520000');
  tap.subscribe(callSubject('520000'), { callback: (_, message) => void calls.push(Buffer.from(message.data).toString('latin1')) });
  await tap.flush();
});

afterAll(async () => {
  await tap.close();
  await running.stop();
});

const countEntries = async (province: string): Promise<number> => {
  const [row] = await running.query<{ n: number }>('hub', 'SELECT count(*)::int AS n FROM ledger_entry WHERE issuer = $1', [province]);
  return row!.n;
};

describe('a traveller of Guizhou', () => {
  it('is let through in Beijing with the attestation of her home province, and her masked name is shown', async () => {
    const { attestation, status, subjectReference } = await obtainCode(running);
    expect(status).toBe(v1.HealthStatus.HEALTH_STATUS_GREEN);
    const verdict = await verifyCode(running, attestation);
    expect(outcomeOf(verdict)).toEqual(ALLOWED);
    expect(verdict).toMatchObject({ issuer: '520000', maskedName: '测***' });
    const { tripId } = await running.person.declareTrip({
      province: '520000', subjectReference,
      trips: [{ fromRegion: '520100', toRegion: '110100', departedAt: { seconds: 1_700_000_000 }, arrivedAt: { seconds: 1_700_009_000 } }],
    });
    expect(tripId).not.toBe('');
  });

  it('shows a code that is good for one scan', async () => {
    const { code } = await obtainCode(running);
    expect(outcomeOf(await verifyCode(running, code))).toEqual(ALLOWED);
    expect(outcomeOf(await verifyCode(running, code, '310000'))).toEqual(refusedAs('no-status', 'LOCAL_CODE_SPENT'));
  });

  it('makes one code of one application', async () => {
    const { application } = await obtainCode(running);
    expect((await refusalOf(running.person.makeCode(application))).status).not.toBe(0);
  });

  it('has a correction taken down by her province, due at 18:00 of the next day', async () => {
    const { subjectReference } = await obtainCode(running);
    const { ticket, state, dueAt } = await running.person.correctHealth({ province: '520000', subjectReference, disputedField: 'status', claimedValue: '00', evidence: '核酸检测阴性' });
    expect(state).toBe('received');
    expect(Number(dueAt?.seconds)).toBeGreaterThan(Date.now() / 1000);
    const rows = await running.query('local-system-guizhou', `SELECT body->>'claimedValue' AS claimed FROM stand_in_document WHERE collection = 'correction' AND id = $1`, [ticket]);
    expect(rows).toEqual([{ claimed: '00' }]);
  });

  it('loses her green everywhere at once when she declares a fever', async () => {
    const { attestation } = await obtainCode(running);
    expect(outcomeOf(await verifyCode(running, attestation))).toEqual(ALLOWED);
    const { attestation: feverish } = await obtainCode(running, 38.5);
    await expect.poll(async () => outcomeOf(await verifyCode(running, attestation)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    expect(outcomeOf(await verifyCode(running, feverish))).toEqual({ ...ALLOWED, status: 'yellow', advice: 'local-procedure' });
  });
});

describe.each(LOCAL)('a local code of $slug', ({ slug, to, green, yellow, red, reason }) => {
  it('is recognised in another province, and a second look at an unchanged person issues nothing new', async () => {
    const standIn = running.standIn(slug);
    const person = await standIn.getPerson(green);
    const first = await verifyCode(running, await standIn.showCode(person), to);
    expect(outcomeOf(first)).toEqual(ALLOWED);
    expect(first.issuer).toBe(CODES[slug]);
    await expect.poll(() => countEntries(CODES[slug]!), SOON).toBeGreaterThanOrEqual(Number(first.sequence));
    const before = await countEntries(CODES[slug]!);
    const second = await verifyCode(running, await standIn.showCode(person), '520000');
    expect(outcomeOf(second)).toEqual(ALLOWED);
    expect(second.sequence).toEqual(first.sequence);
    expect(Buffer.from(second.attestation!)).toEqual(Buffer.from(first.attestation!));
    expect(await countEntries(CODES[slug]!)).toBe(before);
  });

  it('goes to the local procedure when it is yellow or red', async () => {
    const standIn = running.standIn(slug);
    for (const [status, value] of [['yellow', yellow], ['red', red]] as const) {
      const verdict = await verifyCode(running, await standIn.showCode(await standIn.getPerson(value)), to);
      expect(outcomeOf(verdict)).toEqual({ ...ALLOWED, status, advice: 'local-procedure' });
      if (status === 'yellow') expect(verdict.reasonCode).toBe(reason);
    }
  });

  it('is refused when it is old or was not read whole, and never shown as a colour', async () => {
    const standIn = running.standIn(slug);
    const person = await standIn.getPerson(green);
    const old = await verifyCode(running, await standIn.showCode(person, YESTERDAY), to);
    expect([outcomeOf(old), availabilityOf(old)]).toEqual([refusedAs('no-status', 'LOCAL_CODE_EXPIRED'), 'expired']);
    const whole = await standIn.showCode(person);
    expect(outcomeOf(await verifyCode(running, whole.slice(0, -7), to))).toEqual(refusedAs('unknown-code', 'LOCAL_CODE_INVALID'));
  });

  it('is refused when the local system says what nobody has listed', async () => {
    const standIn = running.standIn(slug);
    const person = (await standIn.people()).filter(({ value, documentType }) => value === green && documentType === '01').at(-1)!;
    await standIn.setStatus(person, 'X9');
    expect(outcomeOf(await verifyCode(running, await standIn.showCode(person), to))).toEqual(refusedAs('no-status', 'TRANSLATION_VALUE_UNKNOWN'));
    await standIn.setStatus(person, green);
    expect(outcomeOf(await verifyCode(running, await standIn.showCode(person), to))).toEqual(ALLOWED);
  });
});

describe('a person without a phone', () => {
  it('is known by the identity document at the home province, and then at any checkpoint that does not know the home', async () => {
    const { documentType: type, documentNumber: number } = await running.standIn('beijing').getPerson('0');
    const asked = await verifyPerson(running, { type, number, homeProvince: '110000' }, '310000');
    expect([outcomeOf(asked), asked.issuer]).toEqual([ALLOWED, '110000']);
    await expect.poll(async () => outcomeOf(await verifyPerson(running, { type, number }, '510000')), SOON).toEqual(ALLOWED);
  });

  it('has no status where nobody ever spoke of the document', async () => {
    const verdict = await verifyPerson(running, { type: '03', number: 'E00000009' }, '310000');
    expect([outcomeOf(verdict), availabilityOf(verdict)]).toEqual([refusedAs('no-status', 'SUBJECT_UNKNOWN'), 'no-such-person']);
  });
});

describe.each([
  { slug: 'guizhou', way: 'pushed', green: '00', to: '01', fields: { reason: 'SYMPTOMS', ruleId: '520000-declared-symptoms', ruleVersion: '1', evidence: 'self-declared', availability: 'available' } },
  { slug: 'sichuan', way: 'polled', green: '00', to: '10', fields: { reason: '核酸检测结果为阳性' } },
])('a change in the local system of $slug, which is $way', ({ slug, green, to, fields }) => {
  it('supersedes what was shown before, at every checkpoint, and the new status has its place in the ledger', async () => {
    const standIn = running.standIn(slug);
    const person = (await standIn.people()).filter(({ value, documentType }) => value === green && documentType === '01')[3]!;
    const document = { type: person.documentType, number: person.documentNumber, homeProvince: CODES[slug]! };
    const before = await verifyPerson(running, document);
    expect(outcomeOf(before)).toEqual(ALLOWED);
    const token = before.attestation!;
    await standIn.setStatus(person, to, fields);
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    for (const province of ['310000', '510000']) expect((await verifyBatch(running, [token], province))[0]!.recognition).toBe('superseded');
    const after = await verifyPerson(running, document);
    expect(outcomeOf(after)).toEqual({ ...ALLOWED, status: to === '10' ? 'red' : 'yellow', advice: 'local-procedure' });
    const rows = await running.query('hub', 'SELECT supersedes::int AS old FROM attestation WHERE issuer = $1 AND sequence = $2', [CODES[slug], after.sequence]);
    expect(rows).toEqual([{ old: Number(before.sequence) }]);
  });
});

describe('what cannot be recognised', () => {
  const codes = (attestation: string): readonly (readonly [string, string | Uint8Array, string, string])[] => [
    ['one changed character', tamper(attestation), 'signature-invalid', 'ATTESTATION_SIGNATURE_INVALID'],
    ['a truncated attestation', attestation.slice(0, 200), 'signature-invalid', 'ATTESTATION_MALFORMED'],
    ['a truncated presentation', attestation.slice(0, -6), 'signature-invalid', 'ATTESTATION_MALFORMED'],
    ['another name disclosed', `${attestation.split('~')[0]!}~${Buffer.from('["0000000000000000000000","name","王*"]').toString('base64url')}~`, 'signature-invalid', 'ATTESTATION_DISCLOSURE_INVALID'],
    ['a QR code of a city nobody registered', 'https://card.suzhou.example/healthcode?uid=1', 'unknown-code', 'CODE_UNKNOWN'],
    ['a QR code of another city of the same province', 'https://jsstm.jszwfw.gov.cn/scan?qrCode=00&page=result', 'unknown-code', 'LOCAL_CODE_FOREIGN'],
    ['GBK', Uint8Array.of(0xbd, 0xa1, 0xbf, 0xb5, 0xc2, 0xeb), 'unknown-code', 'CODE_NOT_TEXT'],
    ['GBK behind a known beginning', Buffer.concat([Buffer.from('standin-bjjkb:'), Buffer.from([0xbd, 0xa1])]), 'unknown-code', 'CODE_NOT_TEXT'],
    ['invalid UTF-8', Uint8Array.of(0x68, 0x74, 0xc3, 0x28), 'unknown-code', 'CODE_NOT_TEXT'],
    ['more than 4096 bytes', 'x'.repeat(4097), 'unknown-code', 'CODE_TOO_LARGE'],
  ];

  it('is refused with its own code, one by one, in a batch and on a stream alike, and never shown as a colour', async () => {
    const { attestation } = await obtainCode(running);
    const cases = codes(attestation);
    const expected = cases.map(([what, , recognition, code]) => [what, refusedAs(recognition, code)]);
    const single = await Promise.all(cases.map(async ([what, code]) => [what, outcomeOf(await verifyCode(running, code))]));
    expect(single).toEqual(expected);
    const batch = await verifyBatch(running, [...cases.map(([, code]) => code), attestation]);
    expect([...cases.map(([what], place) => [what, batch[place]]), batch.at(-1)]).toEqual([...expected, ALLOWED]);
    const requests = [...cases.map(([, code]) => code), attestation].map((code, reference) => ({
      reference, request: { context: contextIn('310000'), code: typeof code === 'string' ? Buffer.from(code) : code },
    }));
    const answers = await verifyStream(running.as({ role: 'checkpoint', province: '310000' }).client, [...requests, { reference: 99, request: { context: { province: '310000' }, code: Buffer.from('x') } }]);
    expect([...cases.map(([what], place) => [what, outcomeOf(answers.get(place)!.response!.verdict!)]), outcomeOf(answers.get(cases.length)!.response!.verdict!)]).toEqual([...expected, ALLOWED]);
    expect(answers.get(99)!.errorCode).toBe('PURPOSE_MISSING');
  });

  it.each([
    ['a wrong check digit', { context: contextIn('110000'), identityDocument: { type: '01', number: '520199190001010010' } }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID'],
    ['a type of document nobody listed', { context: contextIn('110000'), identityDocument: { type: '77', number: '1' } }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED'],
    ['a province that does not exist', { context: contextIn('990000'), code: Buffer.from('x') }, 'PROVINCE_UNKNOWN'],
    ['a home that does not exist', { context: contextIn('110000'), identityDocument: { type: '03', number: 'E00000001', homeProvince: '123456' } }, 'PROVINCE_UNKNOWN'],
    ['no purpose', { context: { province: '110000' }, code: Buffer.from('x') }, 'PURPOSE_MISSING'],
    ['nothing shown', { context: contextIn('110000') }, 'CODE_MISSING'],
  ] as const)('is no verdict but an error: %s', async (_, request, reason) => {
    expect(await refusalOf(running.checkpoint.verifyCode(request))).toEqual({ status: INVALID_ARGUMENT, reason });
  });
});

describe('a message larger than any batch', () => {
  it('is refused unread, and the hub goes on', async () => {
    const codes = Array.from({ length: 4096 }, () => Buffer.alloc(8192, 0x61));
    expect((await refusalOf(running.checkpoint.verifyBatch({ context: contextIn('110000'), codes }))).status).toBe(RESOURCE_EXHAUSTED);
    expect(outcomeOf(await verifyCode(running, 'x'))).toEqual(refusedAs('unknown-code', 'CODE_UNKNOWN'));
  });
});

describe('a client in another language', () => {
  const curl = (method: string, message: object): Promise<unknown> => bufCurl(running, { role: 'checkpoint', province: '110000' }, method, message);

  it('finds the services by reflection and verifies a code (Go, without a file of this repository)', async () => {
    const { attestation } = await obtainCode(running);
    const request = { context: { province: '110000', purpose: 'PURPOSE_TRAVEL' }, code: Buffer.from(attestation).toString('base64') };
    expect(await curl('healthcode.v1.Checkpoint/VerifyCode', request)).toMatchObject({
      verdict: { status: 'HEALTH_STATUS_GREEN', recognition: 'RECOGNITION_RECOGNISED', advice: 'ADVICE_ALLOW', issuer: '520000', maskedName: '测***' },
    });
  });

  it('is told that the hub serves', async () => {
    expect(await curl('grpc.health.v1.Health/Check', {})).toEqual({ status: 'SERVING' });
  });
});

describe('the command line of a checkpoint', () => {
  const verify = (...args: readonly string[]): Promise<{ readonly exitCode: number; readonly lines: readonly string[] }> =>
    new Promise((resolve) => {
      const command = [join(checkoutDirectory(), 'dist', 'scripts', 'verify.js'), '--data', running.dataPath, ...args];
      execFile(process.execPath, command, (error, stdout) => resolve({ exitCode: Number(error?.code ?? 0), lines: stdout.trim().split('\n') }));
    });

  it('ends with 0 for what may pass, 1 for what may not, 2 for what it cannot do', async () => {
    const { attestation } = await obtainCode(running);
    const allowed = await verify('--json', attestation);
    expect(allowed.exitCode).toBe(0);
    expect(JSON.parse(allowed.lines[0]!)).toMatchObject({ status: 'green', recognition: 'recognised', advice: 'allow', issuer: '520000', maskedName: '测***' });
    const refused = await verify('--json', attestation, tamper(attestation));
    expect(refused.exitCode).toBe(1);
    expect(refused.lines.map((line) => (JSON.parse(line) as { readonly advice: string }).advice)).toEqual(['allow', 'local-procedure']);
    expect((await verify('--hub', '127.0.0.1:1', '--timeout', '500', attestation)).exitCode).toBe(2);
    expect((await verify('--province', '370000', attestation)).exitCode).toBe(2);
    expect((await verify('--class', 'palace', attestation)).exitCode).toBe(2);
    const { documentNumber } = await running.standIn('guizhou').getPerson('10');
    expect((await verify('--id-number', documentNumber, '--home', '520000', '--json')).exitCode).toBe(1);
  });

  it('checks a file of many lines, one verdict a line', async () => {
    const { attestation } = await obtainCode(running);
    const folder = mkdtempSync(join(tmpdir(), 'health-code-lines-'));
    const file = join(folder, 'codes.txt');
    writeFileSync(file, `${[...Array.from({ length: 600 }, () => attestation), 'nobody’s code', tamper(attestation)].join('\n')}\n`);
    const { exitCode, lines } = await verify('--json', '--file', file);
    rmSync(folder, { recursive: true });
    expect([exitCode, lines.length]).toEqual([1, 602]);
    const outcomes = lines.map((line) => JSON.parse(line) as { readonly line: number; readonly advice: string; readonly reason: string });
    expect(outcomes.filter(({ advice }) => advice === 'allow')).toHaveLength(600);
    expect(outcomes.slice(600).map(({ line, reason }) => [line, reason])).toEqual([[601, 'CODE_UNKNOWN'], [602, 'ATTESTATION_SIGNATURE_INVALID']]);
  });
});

describe('at the end', () => {
  it('no log, no message and no table of the hub names anybody', async () => {
    const words = [TRAVELLER.name, TRAVELLER.idNumber, TRAVELLER.phone, ...(await wordsOfPeople(running))];
    const places = [...(await readPlaces(running)), { name: 'calls to Guizhou', text: calls.join('\n') }];
    expect(words.length).toBeGreaterThan(150);
    expect(findTraces(places, words)).toEqual([]);
  });

  it('is looked for where something is written: sealed calls, tokens, logs', async () => {
    const places = await readPlaces(running);
    expect(calls.length).toBeGreaterThan(10);
    expect(places.filter(({ text }) => text.includes('"iss":"520000","sub":"1.')).map(({ name }) => name)).toEqual(['NATS stream', 'hub attestation.token']);
    expect(places.filter(({ name, text }) => name.startsWith('log adapter-') && text.includes('"level"'))).toHaveLength(5);
  });

  it('no log holds a token or the reference of a person', async () => {
    const [reference] = await running.query<{ subject_reference: string }>('hub', 'SELECT subject_reference FROM attestation LIMIT 1');
    const logs = (await readPlaces(running)).filter(({ name }) => name.startsWith('log '));
    expect(findTraces(logs, ['eyJ', reference!.subject_reference])).toEqual([]);
  });

  it('nothing had ended by itself', () => {
    expect(running.ended).toEqual([]);
  });
});
