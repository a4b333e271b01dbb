import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { generateProvinceKey, importSigningKey, importUnsealingKey, openSealed, sealWithSecret } from '@health-code/attestation';
import { attestationSubject, callSubject, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, outcomeOf, refusedAs, verifyCode, verifyPerson } from './outcome.js';
import { anySubject, nowInSeconds, ProvinceVoice } from './province-voice.js';
import { startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 100 };
const JIANGSU = '320000';
const SHANGHAI = '310000';
const TOLERANCE = 120;
/** What a checkpoint, too, can hold against an attestation; the others are matters of the feed. */
const SHOWN = new Set(['ATTESTATION_KEY_FOREIGN', 'ATTESTATION_KEY_USE_INVALID', 'ATTESTATION_KEY_UNKNOWN', 'ATTESTATION_SIGNATURE_INVALID']);

let running: RunningCountry;
/** The province that misbehaves. */
let jiangsu: ProvinceVoice;
/** The province it would like to be. */
let shanghai: ProvinceVoice;
/** Numbers are used in this order: what is refused uses none up. */
let next = 1;
/** What Jiangsu would send again. */
const resendable = new Map<number, string>();
let asked: readonly number[];

beforeAll(async () => {
  running = await startCountry({ provinces: ['jiangsu', 'shanghai'] });
  jiangsu = await ProvinceVoice.take(running, 'jiangsu');
  shanghai = await ProvinceVoice.take(running, 'shanghai');
  asked = jiangsu.answerResends(resendable);
});

afterAll(async () => {
  await jiangsu.close();
  await shanghai.close();
  await running.stop();
});

const count = async (table: string, where = 'true', values: readonly unknown[] = []): Promise<number> => {
  const [row] = await running.query<{ n: number }>('hub', `SELECT count(*)::int AS n FROM ${table} WHERE ${where}`, values);
  return row!.n;
};
const entries = (sequence: number, issuer = JIANGSU): Promise<number> => count('ledger_entry', 'issuer = $1 AND sequence = $2', [issuer, sequence]);
const quarantined = (code: string): Promise<number> => count('quarantine', 'issuer = $1 AND code = $2', [JIANGSU, code]);
const feedOf = async (issuer: string): Promise<v1.IIssuerFeed> => (await running.ledger.getSummary({})).feeds.find((feed) => feed.issuer === issuer)!;

/** An honest attestation of Jiangsu, in the ledger. */
const appended = async (claims: Parameters<ProvinceVoice['sign']>[1] = {}) => {
  const sequence = next++;
  const signed = await jiangsu.sign(sequence, claims);
  await jiangsu.publish(signed.token);
  await expect.poll(() => entries(sequence), SOON).toBe(1);
  return { ...signed, sequence };
};

/** The same statement under another signature of the same key: (r, s) and (r, n - s) are both valid (RFC 7518 3.4). */
function rewriteSignature(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header = '', payload = '', signature = ''] = token.split('.');
  const raw = Buffer.from(signature, 'base64url');
  const s = order - BigInt(`0x${raw.subarray(32).toString('hex')}`);
  return [header, payload, Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString('base64url')].join('.');
}

describe('the same attestation again', () => {
  it('stays one entry, sent twice, replayed, or with its signature rewritten, and is recognised as before', async () => {
    const { token, sequence } = await appended();
    for (const again of [token, token, rewriteSignature(token)]) await jiangsu.publish(again);
    await appended();
    expect(await entries(sequence)).toBe(1);
    expect(await count('equivocation')).toBe(0);
    for (const shown of [token, rewriteSignature(token)]) expect(outcomeOf(await verifyCode(running, shown))).toEqual(ALLOWED);
  });

  it('is superseded by the next one about the same person, and a replay does not bring it back', async () => {
    const subject = anySubject();
    const old = await appended({ subject });
    const red = await appended({ subject, status: '10', supersedes: old.sequence });
    await jiangsu.publish(old.token);
    await appended();
    expect(outcomeOf(await verifyCode(running, old.token))).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    expect(outcomeOf(await verifyCode(running, red.token))).toEqual({ ...ALLOWED, status: 'red', advice: 'local-procedure' });
  });

  it('is refused when its time is over, in the ledger and before it got there', async () => {
    const issuedAt = nowInSeconds() - 3600;
    const past = { issuedAt, expiresAt: nowInSeconds() - 1, since: issuedAt };
    const { token } = await appended(past);
    expect(outcomeOf(await verifyCode(running, token))).toEqual(refusedAs('expired', 'ATTESTATION_EXPIRED'));
    expect(outcomeOf(await verifyCode(running, (await jiangsu.sign(9001, past)).token))).toEqual(refusedAs('expired', 'ATTESTATION_EXPIRED'));
  });
});

describe('a forged attestation', () => {
  const forgeries = async (): Promise<readonly (readonly [string, string | Uint8Array])[]> => {
    const encryptionKey = await importSigningKey({ ...jiangsu.keys.encryption.privateJwk, use: 'sig', alg: 'ES256' });
    const unregistered = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    const honest = await jiangsu.sign(next);
    return [
      ['ATTESTATION_ISSUER_MISMATCH', (await jiangsu.sign(1, { issuer: shanghai.code, authority: shanghai.code })).token],
      ['ATTESTATION_KEY_FOREIGN', (await jiangsu.sign(next, {}, shanghai.signingKey)).token],
      ['ATTESTATION_KEY_USE_INVALID', (await jiangsu.sign(next, {}, encryptionKey)).token],
      ['ATTESTATION_KEY_UNKNOWN', (await jiangsu.sign(next, {}, unregistered)).token],
      ['ATTESTATION_SIGNATURE_INVALID', honest.token.slice(0, -8) + 'AAAAAAAA'],
      ['ATTESTATION_DISCLOSURE_INVALID', honest.presentation],
      ['ATTESTATION_MALFORMED', Uint8Array.of(0xbd, 0xa1, 0xbf, 0xb5)],
      ['ATTESTATION_TOO_LARGE', `${honest.token}${'A'.repeat(5000)}`],
    ];
  };

  it('is set aside with its reason, uses up no number, and holds up nothing behind it', async () => {
    const cases = await forgeries();
    const before = await count('ledger_entry');
    for (const [, payload] of cases) await jiangsu.publish(payload);
    await appended();
    expect(await Promise.all(cases.map(async ([code]) => [code, await quarantined(code)]))).toEqual(cases.map(([code]) => [code, 1]));
    expect([await count('ledger_entry'), await count('ledger_entry', 'issuer = $1', [SHANGHAI])]).toEqual([before + 1, 0]);
    expect(await feedOf(JIANGSU)).toMatchObject({ complete: true, quarantined: cases.length });
  });

  it('is refused at a checkpoint with the same reason', async () => {
    const shown = (await forgeries()).filter(([code]) => SHOWN.has(code));
    const outcomes = await Promise.all(shown.map(async ([, code]) => outcomeOf(await verifyCode(running, code))));
    expect(outcomes).toEqual(shown.map(([code]) => refusedAs('signature-invalid', code)));
    const inForeignName = await jiangsu.sign(1, { issuer: shanghai.code, authority: shanghai.code });
    expect(outcomeOf(await verifyCode(running, inForeignName.presentation))).toEqual(refusedAs('signature-invalid', 'ATTESTATION_KEY_FOREIGN'));
  });
});

describe('a province that does not keep its word', () => {
  it('is taken down, and not relied on, where it cites a rule it never registered', async () => {
    const { token } = await appended({ rule: { id: 'whim', version: '1' } });
    expect(outcomeOf(await verifyCode(running, token))).toEqual(refusedAs('no-rule', 'RULE_NOT_REGISTERED'));
  });

  it('leaves evidence where it signs two statements under one number, and the second counts nowhere', async () => {
    const { token, sequence } = await appended();
    const other = await jiangsu.sign(sequence, { status: '10' });
    await jiangsu.publish(other.token);
    await expect.poll(() => count('equivocation', 'issuer = $1 AND sequence = $2', [JIANGSU, sequence]), SOON).toBe(1);
    expect(await running.query('hub', 'SELECT token FROM equivocation')).toEqual([{ token: other.token }]);
    expect(await running.query('hub', 'SELECT token FROM attestation WHERE issuer = $1 AND sequence = $2', [JIANGSU, sequence])).toEqual([{ token }]);
    expect(await feedOf(JIANGSU)).toMatchObject({ equivocations: 1 });
    expect(outcomeOf(await verifyCode(running, other.token))).toEqual(refusedAs('conflict', 'ATTESTATION_EQUIVOCATED'));
  });

  it('is contradicted where another province says otherwise of the same person, until both agree', async () => {
    const subject = anySubject();
    const { token } = await appended({ subject });
    const red = await shanghai.sign(1, { subject, status: '10' });
    await shanghai.publish(red.token);
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(refusedAs('conflict', 'ATTESTATION_CONTRADICTED'));
    const green = await shanghai.sign(2, { subject, supersedes: 1 });
    await shanghai.publish(green.token);
    await expect.poll(async () => outcomeOf(await verifyCode(running, token)), SOON).toEqual(ALLOWED);
  });

  it('cannot answer for another: an attestation of Shanghai in an answer of Jiangsu is refused', async () => {
    const foreign = await shanghai.sign(3);
    const key = await importUnsealingKey(jiangsu.keys.encryption.privateJwk);
    const subscription = jiangsu.nats.subscribe(callSubject(JIANGSU), {
      callback: (_, message) => {
        void (async () => {
          const { replyKey } = v1.ProvinceCall.decode(await openSealed(v1.SealedCall.decode(message.data).jwe, key));
          const reply = v1.ProvinceReply.encode({ attested: { attestation: foreign.token, availability: 'available' } }).finish();
          message.respond(v1.SealedReply.encode({ jwe: await sealWithSecret(replyKey, reply) }).finish());
        })();
      },
    });
    await jiangsu.nats.flush();
    const verdict = await verifyPerson(running, { type: '03', number: 'E00000001', homeProvince: JIANGSU });
    expect(outcomeOf(verdict)).toEqual(refusedAs('signature-invalid', 'ATTESTATION_ISSUER_MISMATCH'));
    subscription.unsubscribe();
  });
});

describe('a clock that is ahead', () => {
  it('has its attestations set aside and asked for again until their time has come: nothing is lost', async () => {
    const [soon, later] = [next++, next++];
    const ahead = async (sequence: number, seconds: number): Promise<string> => {
      const issuedAt = nowInSeconds() + seconds;
      const { token } = await jiangsu.sign(sequence, { issuedAt, since: issuedAt, expiresAt: issuedAt + 3600 });
      resendable.set(sequence, token);
      await jiangsu.publish(token);
      return token;
    };
    const first = await ahead(soon, TOLERANCE + 6);
    const second = await ahead(later, 600);
    await expect.poll(() => quarantined('ATTESTATION_ISSUED_IN_FUTURE'), SOON).toBe(2);
    expect([await entries(soon), await entries(later)]).toEqual([0, 0]);
    expect(outcomeOf(await verifyCode(running, second))).toEqual(refusedAs('signature-invalid', 'ATTESTATION_ISSUED_IN_FUTURE'));
    await jiangsu.heartbeat(later);
    expect(await feedOf(JIANGSU)).toMatchObject({ contiguousSequence: soon - 1, highestSequence: later, complete: false });
    await expect.poll(() => entries(soon), { timeout: 40_000, interval: 250 }).toBe(1);
    expect(outcomeOf(await verifyCode(running, first))).toEqual(ALLOWED);
    expect([asked.includes(soon), asked.includes(later), await entries(later)]).toEqual([true, true, 0]);
    expect(await feedOf(JIANGSU)).toMatchObject({ contiguousSequence: soon, highestSequence: later, complete: false });
  });
});

describe('at the broker', () => {
  /** Tries something as Jiangsu and returns what the broker objected to. */
  const objections = async (attempt: (nats: NatsConnection) => void): Promise<readonly string[]> => {
    const nats = await running.signIn(JIANGSU);
    const said: string[] = [];
    void (async () => {
      for await (const status of nats.status()) if (status.type === 'error') said.push(status.error.name);
    })();
    attempt(nats);
    await nats.flush();
    await expect.poll(() => said.length, { timeout: 1000, interval: 20 }).toBeGreaterThan(0).catch(() => undefined);
    await nats.close();
    return said;
  };

  it.each([
    ['publish on another’s subject', attestationSubject(SHANGHAI)],
    ['ask another province', callSubject(SHANGHAI)],
    ['ask JetStream for what others published', '$JS.API.STREAM.MSG.GET.ATTESTATION'],
    ['answer the hub unasked', '_INBOX.hub.anything'],
  ])('a province cannot %s', async (_, subject) => {
    expect(await objections((nats) => { nats.publish(subject, 'x'); })).toEqual(['PermissionViolationError']);
  });

  it.each([
    ['the calls of another', callSubject(SHANGHAI)],
    ['what the hub is answered', '_INBOX.hub.>'],
    ['what another is answered', `_INBOX.${SHANGHAI}.>`],
    ['the feed of all', 'attestation.*'],
    ['everything', '>'],
  ])('a province cannot listen to %s', async (_, subject) => {
    expect(await objections((nats) => nats.subscribe(subject, { callback: () => undefined }))).toEqual(['PermissionViolationError']);
  });

  it('a province may listen to its own calls', async () => {
    expect(await objections((nats) => nats.subscribe(callSubject(JIANGSU), { callback: () => undefined }))).toEqual([]);
  });
});

describe('a province whose admission is suspended', () => {
  it('is not relied on from then on; its feed is taken in all the same, and counts again when it is admitted', async () => {
    const admission = join(running.dataPath, 'admission.json');
    const suspend = async (standing: string): Promise<void> => {
      const file = JSON.parse(readFileSync(admission, 'utf8')) as { provinces: { code: string; standing: string }[] };
      for (const province of file.provinces) if (province.code === SHANGHAI) province.standing = standing;
      writeFileSync(admission, JSON.stringify(file));
      await running.restart('hub');
    };
    const known = await shanghai.sign(3);
    await shanghai.publish(known.token);
    await expect.poll(() => entries(3, SHANGHAI), SOON).toBe(1);
    await suspend('suspended');
    const meanwhile = await shanghai.sign(4);
    await shanghai.publish(meanwhile.token);
    await expect.poll(() => entries(4, SHANGHAI), SOON).toBe(1);
    for (const { token } of [known, meanwhile, await shanghai.sign(99)]) {
      expect(outcomeOf(await verifyCode(running, token))).toEqual(refusedAs('issuer-suspended', 'ISSUER_SUSPENDED'));
    }
    expect(outcomeOf(await verifyPerson(running, { type: '03', number: 'E00000001', homeProvince: SHANGHAI }))).toEqual(refusedAs('issuer-suspended', 'ISSUER_SUSPENDED'));
    await suspend('admitted');
    for (const { token } of [known, meanwhile]) expect(outcomeOf(await verifyCode(running, token))).toEqual(ALLOWED);
  });
});

it('nothing had ended by itself', () => {
  expect(running.ended).toEqual([]);
});
