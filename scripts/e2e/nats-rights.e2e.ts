import type { NatsConnection } from '@nats-io/transport-node';
import { attestationSubject, callSubject, resendSubject } from '@health-code/messages';
import { fmtCreds, fromSeed } from '@nats-io/jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availabilityOf, outcomeOf, refusedAs, verifyCode } from './outcome.js';
import { ProvinceVoice } from './province-voice.js';
import { startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 100 };
/** The province whose credentials are in wrong hands, and the one whom they would be used against. */
const JIANGSU = '320000';
const SHANGHAI = '310000';

let running: RunningCountry;
let jiangsu: ProvinceVoice;

beforeAll(async () => {
  running = await startCountry({ provinces: ['jiangsu', 'shanghai'], adapterSettings: { HEARTBEAT_INTERVAL: '500ms' } });
  jiangsu = await ProvinceVoice.take(running, 'jiangsu');
});

afterAll(async () => {
  await jiangsu.close();
  await running.stop();
});

/** Does something with Jiangsu's own credentials and returns what the broker objected to. */
async function objections(attempt: (nats: NatsConnection) => void): Promise<readonly string[]> {
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
}

describe('with its own credentials, a province cannot', () => {
  it.each([
    ['speak on a neighbour’s subject', attestationSubject(SHANGHAI)],
    ['write into a neighbour’s inbox', `_INBOX.${SHANGHAI}.anything`],
    ['answer the hub unasked', '_INBOX.hub.anything'],
    ['ask a neighbour as the hub does', callSubject(SHANGHAI)],
    ['have a neighbour send again', resendSubject(SHANGHAI)],
    ['read what others published', '$JS.API.STREAM.MSG.GET.ATTESTATION'],
    ['empty the stream', '$JS.API.STREAM.PURGE.ATTESTATION'],
    ['take the hub’s messages', '$JS.API.CONSUMER.MSG.NEXT.ATTESTATION.hub-ingest'],
    ['acknowledge what the hub has not read', '$JS.ACK.ATTESTATION.hub-ingest.1.1.1.1.0'],
    ['change the account', '$SYS.REQ.CLAIMS.UPDATE'],
  ])('%s', async (_, subject) => {
    expect(await objections((nats) => { nats.publish(subject, '{}'); })).toEqual(['PermissionViolationError']);
  });

  it.each([
    ['a neighbour’s calls', callSubject(SHANGHAI)],
    ['a neighbour’s inbox', `_INBOX.${SHANGHAI}.>`],
    ['the hub’s inbox', '_INBOX.hub.>'],
    ['every inbox', '_INBOX.>'],
    ['everybody’s attestations', 'attestation.*'],
    ['JetStream', '$JS.API.>'],
    ['JetStream’s advisories', '$JS.EVENT.>'],
    ['everything', '>'],
  ])('listen to %s', async (_, subject) => {
    expect(await objections((nats) => nats.subscribe(subject, { callback: () => undefined }))).toEqual(['PermissionViolationError']);
  });

  it('but it may do what it is there for', async () => {
    expect(await objections((nats) => {
      nats.subscribe(callSubject(JIANGSU), { callback: () => undefined });
      nats.subscribe(resendSubject(JIANGSU), { callback: () => undefined });
      nats.publish(attestationSubject(JIANGSU), 'garbage');
    })).toEqual([]);
  });
});

describe('nobody signs in', () => {
  const parts = (party: string): { readonly jwt: string; readonly seed: string } => {
    const text = running.secret(`nats/${party}.creds`);
    return { jwt: /^eyJ\S+$/m.exec(text)?.[0] ?? '', seed: /^SU\S+$/m.exec(text)?.[0] ?? '' };
  };
  const join = (jwt: string, seed: string): string => new TextDecoder().decode(fmtCreds(jwt, fromSeed(new TextEncoder().encode(seed))));
  const signIn = async (creds: string): Promise<string> => {
    try {
      await (await running.signIn(JIANGSU, creds)).close();
      return 'let in';
    } catch (error) {
      return (error as Error).name;
    }
  };

  it('with the JWT of one and the seed of another', async () => {
    expect(await signIn(join(parts(SHANGHAI).jwt, parts(JIANGSU).seed))).toBe('AuthorizationError');
    expect(await signIn(join(parts('hub').jwt, parts(JIANGSU).seed))).toBe('AuthorizationError');
    expect(await signIn(join(parts(JIANGSU).jwt, parts(JIANGSU).seed))).toBe('let in');
  });

  it('with a JWT in which the rights were changed', async () => {
    const { jwt, seed } = parts(JIANGSU);
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const claims = Buffer.from(body, 'base64url').toString().replaceAll(JIANGSU, SHANGHAI);
    expect(claims).toContain(attestationSubject(SHANGHAI));
    expect(await signIn(join([head, Buffer.from(claims).toString('base64url'), signature].join('.'), seed))).toBe('AuthorizationError');
  });
});

describe('with the whole credentials of another province', () => {
  const quarantined = async (code: string): Promise<number> => {
    const [row] = await running.query<{ n: number }>('hub', 'SELECT count(*)::int AS n FROM quarantine WHERE issuer = $1 AND code = $2', [SHANGHAI, code]);
    return row!.n;
  };
  const entries = async (): Promise<number> => (await running.query<{ n: number }>('hub', 'SELECT count(*)::int AS n FROM ledger_entry WHERE issuer = $1', [SHANGHAI]))[0]!.n;

  it('one may publish, and nothing comes of it: each statement is set aside with its code', async () => {
    const before = await entries();
    const thief = await running.signIn(SHANGHAI);
    const inForeignName = await jiangsu.sign(1, { issuer: '310000' as never, authority: SHANGHAI });
    const own = await jiangsu.sign(2);
    const { token } = inForeignName;
    for (const payload of [token, own.token, `${token.slice(0, -8)}AAAAAAAA`, 'garbage']) thief.publish(attestationSubject(SHANGHAI), payload);
    await thief.flush();
    await expect.poll(() => Promise.all(['ATTESTATION_KEY_FOREIGN', 'ATTESTATION_ISSUER_MISMATCH', 'ATTESTATION_MALFORMED'].map(quarantined)), SOON).toEqual([2, 1, 1]);
    expect(await entries()).toBe(before);
    expect(outcomeOf(await verifyCode(running, token))).toEqual(refusedAs('signature-invalid', 'ATTESTATION_KEY_FOREIGN'));
    await thief.close();
  });

  it('one is out again as soon as the user is taken away; whose it was is called again when it comes back', async () => {
    const thief = await running.signIn(SHANGHAI);
    const standIn = running.standIn('shanghai');
    const person = await standIn.getPerson('00');
    await running.revokeNatsUser(SHANGHAI);
    await expect(thief.flush()).rejects.toThrow();
    const silent = await verifyCode(running, await standIn.showCode(person), JIANGSU);
    expect(availabilityOf(silent)).not.toBe('available');
    await running.restoreNatsUser(SHANGHAI);
    await expect.poll(async () => outcomeOf(await verifyCode(running, await standIn.showCode(person), JIANGSU)).status, SOON).toBe('green');
    await thief.close();
  });
});

it('nothing had ended by itself', () => {
  expect(running.ended).toEqual([]);
});
