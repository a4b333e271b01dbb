import { randomBytes } from 'node:crypto';
import {
  generateProvinceKey,
  importProvinceKey,
  importUnsealingKey,
  openSealed,
  parseProvinceCode,
  sealWithSecret,
  type ProvinceKey,
  type SealedKey,
} from '@health-code/attestation';
import { callSubject, v1 } from '@health-code/messages';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { HubError } from '../errors.js';
import { MAX_REPLY_BYTES, ProvinceCaller, type ProvinceCallerOptions } from './province-call.publisher.js';

const BEIJING = parseProvinceCode('110000');
const CODE = new TextEncoder().encode('synthetic-code-of-测试甲');
const CONTEXT: v1.ICheckpointContext = { province: '520000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '测试机构', position: '测试卡口' };
const DOCUMENT: v1.IIdentityDocument = { type: '01', number: '520199190001010011', homeProvince: BEIJING };
const REFERENCE = `1.${'A'.repeat(43)}`;

let broker: TestNats;
let hub: NatsConnection;
let province: NatsConnection;
let publicKey: ProvinceKey;
let privateKey: SealedKey;

const login = (party: string): Promise<NatsConnection> => broker.connect(party);

interface Opened {
  readonly call: v1.ProvinceCall;
  readonly message: Msg;
  /** The bytes of a SealedReply over `reply`, with the key of this call or with `secret`. */
  seal(reply: v1.IProvinceReply | Uint8Array, secret?: Uint8Array): Promise<Uint8Array>;
}

/** A province made of raw messages: it opens a call as an adapter would and answers whatever the test says. */
async function standIn(answer: (opened: Opened) => Promise<Uint8Array | undefined>): Promise<void> {
  province.subscribe(callSubject(BEIJING), {
    callback: (_, message) => {
      void (async () => {
        const call = v1.ProvinceCall.decode(await openSealed(v1.SealedCall.decode(message.data).jwe, privateKey));
        const seal = async (reply: v1.IProvinceReply | Uint8Array, secret = call.replyKey): Promise<Uint8Array> => {
          const plaintext = reply instanceof Uint8Array ? reply : v1.ProvinceReply.encode(reply).finish();
          return v1.SealedReply.encode({ jwe: await sealWithSecret(secret, plaintext) }).finish();
        };
        const bytes = await answer({ call, message, seal });
        if (bytes !== undefined) message.respond(bytes);
      })();
    },
  });
  await province.flush();
}

const answering = (reply: v1.IProvinceReply): Promise<void> => standIn(({ seal }) => seal(reply));

function callerWith(options: Partial<ProvinceCallerOptions> = {}): ProvinceCaller {
  const registered = { code: BEIJING, standing: 'admitted', registered: true, encryptionKey: publicKey } as const;
  return new ProvinceCaller({
    nats: hub,
    registry: { findProvince: (code) => (code === BEIJING ? registered : undefined) },
    timeoutMs: 500,
    now: Date.now,
    randomBytes,
    ...options,
  });
}

const attestCode = (caller = callerWith()) => caller.attestCode(BEIJING, CODE, 'nucleic-acid-test', CONTEXT);

beforeAll(async () => {
  broker = await startTestNats();
  hub = await login('hub');
  const { publicJwk, privateJwk } = await generateProvinceKey('enc');
  [publicKey, privateKey] = [await importProvinceKey(publicJwk, BEIJING), await importUnsealingKey(privateJwk)];
});

beforeEach(async () => {
  province = await login(BEIJING);
});

afterEach(async () => {
  await province.close();
});

afterAll(async () => {
  await hub.close();
  await broker.stop();
});

describe('ProvinceCaller', () => {
  it('asks with the code as scanned, who asks, a reply key and a deadline', async () => {
    const calls: v1.ProvinceCall[] = [];
    await standIn(({ call, seal }) => {
      calls.push(call);
      return seal({ attested: { attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' } });
    });
    const before = Date.now();
    await expect(attestCode()).resolves.toEqual({ province: BEIJING, token: 'a.b.c', availability: 'available', bizExtData: 'handle' });
    const [call] = calls;
    expect(Buffer.from(call?.attestCode?.code ?? [])).toEqual(Buffer.from(CODE));
    expect(call?.attestCode?.context).toMatchObject(CONTEXT);
    expect(call?.attestCode?.kind).toBe(v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST);
    expect(call?.replyKey).toHaveLength(32);
    const deadline = (call?.deadline?.seconds ?? 0) * 1000 + (call?.deadline?.nanos ?? 0) / 1e6;
    expect(deadline).toBeGreaterThanOrEqual(before + 500);
    expect(deadline).toBeLessThan(before + 700);
  });

  it('puts nothing of a person on the wire in the clear', async () => {
    const wire: string[] = [];
    await standIn(({ message, seal }) => {
      wire.push(Buffer.from(message.data).toString('latin1'), Buffer.from(JSON.stringify(message.headers ?? '')).toString('latin1'));
      return seal({ attested: { attestation: 'a.b.c', availability: 'available' } });
    });
    await callerWith().attestPerson(BEIJING, DOCUMENT, 'health-status', CONTEXT);
    expect(wire.join()).not.toContain(DOCUMENT.number);
  });

  it('draws a fresh reply key for every call', async () => {
    const keys = new Set<string>();
    await standIn(({ call, seal }) => {
      keys.add(Buffer.from(call.replyKey).toString('hex'));
      return seal({ reference: { subjectReference: REFERENCE } });
    });
    const caller = callerWith();
    for (let call = 0; call < 5; call += 1) await expect(caller.resolveReference(BEIJING, DOCUMENT)).resolves.toBe(REFERENCE);
    expect(keys.size).toBe(5);
  });

  it.each(['pending', 'not-applied', 'no-such-person', 'unavailable', 'expired'] as const)('accepts the answer that a status is %s, without a token', async (availability) => {
    await answering({ attested: { availability } });
    await expect(attestCode()).resolves.toEqual({ province: BEIJING, availability });
  });

  it('hands on every operation of the national interfaces', async () => {
    const timestamp = { seconds: 1_800_000_000, nanos: 0 };
    const replies = {
      declareHealth: { declarationId: 'd1', validUntil: timestamp, status: v1.HealthStatus.HEALTH_STATUS_GREEN, subjectReference: REFERENCE },
      declareTrip: { tripId: 't1' },
      queryHealth: { attested: { attestation: 'a.b.c', availability: 'available', bizExtData: '' }, maskedName: '测*', maskedIdNumber: '5201**********0011', guidance: '' },
      applyCode: { businessSerialNumber: 'b1', randomNumber: 'r1', expiresAt: timestamp },
      makeCode: { code: CODE, expiresAt: timestamp, attestation: '' },
      correctHealth: { ticket: 'c1', state: 'received', dueAt: timestamp },
    };
    await standIn(({ call, seal }) => seal(Object.fromEntries(Object.entries(replies).filter(([name]) => name === call.operation))));
    for (const operation of Object.keys(replies) as (keyof typeof replies)[]) {
      const answer = await callerWith().call(BEIJING, operation, { province: BEIJING });
      expect(answer, operation).toMatchObject(operation === 'makeCode' ? { expiresAt: timestamp } : replies[operation]);
    }
  });

  it('says of a province that is down that it cannot be reached, at once', async () => {
    const began = Date.now();
    await expect(attestCode(callerWith({ timeoutMs: 5000 }))).rejects.toMatchObject({ code: 'ADAPTER_UNREACHABLE' });
    expect(Date.now() - began).toBeLessThan(1000);
  });

  it('says of a province that is slow that it did not answer in time', async () => {
    await standIn(() => Promise.resolve(undefined));
    await expect(attestCode(callerWith({ timeoutMs: 100 }))).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
  });

  it('waits no longer than the one who asks the hub', async () => {
    const deadlines: number[] = [];
    await standIn(({ call }) => {
      deadlines.push((call.deadline?.seconds ?? 0) * 1000 + (call.deadline?.nanos ?? 0) / 1e6);
      return Promise.resolve(undefined);
    });
    const deadline = Date.now() + 100;
    await expect(callerWith({ timeoutMs: 5000 }).attestCode(BEIJING, CODE, 'health-status', CONTEXT, { deadline })).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
    expect(Date.now() - deadline).toBeLessThan(1000);
    expect(deadlines).toEqual([deadline]);
  });

  it('does not ask when no time is left', async () => {
    let asked = 0;
    await standIn(() => { asked += 1; return Promise.resolve(undefined); });
    await expect(callerWith().attestCode(BEIJING, CODE, 'health-status', CONTEXT, { deadline: Date.now() - 1 })).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
    await province.flush();
    expect(asked).toBe(0);
  });

  it('ignores an answer that comes late, and takes the answer to the next call', async () => {
    let call = 0;
    await standIn(async ({ seal }) => {
      call += 1;
      if (call === 1) await new Promise((resolve) => setTimeout(resolve, 200));
      return seal({ attested: { availability: call === 1 ? 'pending' : 'expired' } });
    });
    const caller = callerWith({ timeoutMs: 100 });
    await expect(attestCode(caller)).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
    await expect(attestCode(callerWith())).resolves.toMatchObject({ availability: 'expired' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(attestCode(callerWith())).resolves.toMatchObject({ availability: 'expired' });
  });

  it.each<[string, (opened: Opened) => Promise<Uint8Array>]>([
    ['nothing', () => Promise.resolve(new Uint8Array())],
    ['bytes that are no message', () => Promise.resolve(Uint8Array.from([0xff, 0xff, 0xff]))],
    ['an HTML page', () => Promise.resolve(new TextEncoder().encode('<html>502 Bad Gateway</html>'))],
    ['a JWE that is none', () => Promise.resolve(v1.SealedReply.encode({ jwe: 'x' }).finish())],
    ['an answer sealed with another key', ({ seal }) => seal({ attested: { availability: 'pending' } }, randomBytes(32))],
    ['a plaintext that is no reply', ({ seal }) => seal(Uint8Array.from([0xff, 0xff]))],
    ['an empty reply', ({ seal }) => seal({})],
    ['an answer to another operation', ({ seal }) => seal({ reference: { subjectReference: REFERENCE } })],
    ['a text that is not UTF-8', ({ seal }) => seal(Uint8Array.from([0x12, 4, 0x0a, 2, 0xc0, 0xaf]))],
    ['available without an attestation', ({ seal }) => seal({ attested: { availability: 'available' } })],
    ['an attestation without being available', ({ seal }) => seal({ attested: { attestation: 'a.b.c', availability: 'pending' } })],
    ['an availability nobody knows', ({ seal }) => seal({ attested: { availability: 'green' } })],
    ['an attestation larger than any', ({ seal }) => seal({ attested: { attestation: 'a'.repeat(4097), availability: 'available' } })],
    ['more than a reply may be', ({ seal }) => seal({ attested: { availability: 'pending', bizExtData: 'a'.repeat(MAX_REPLY_BYTES) } })],
    ['a refusal with a code nobody knows', ({ seal }) => seal({ error: { code: 'PERSON_520199190001010011' } })],
    ['a refusal in the clear with a code only an opened call can have', () => Promise.resolve(v1.SealedReply.encode({ error: { code: 'LOCAL_CODE_EXPIRED' } }).finish())],
  ])('refuses %s as an answer', async (_, answer) => {
    await standIn(answer);
    await expect(attestCode()).rejects.toMatchObject({ code: 'ADAPTER_ANSWER_INVALID' });
  });

  it('refuses a query answered with a whole identity number', async () => {
    await answering({ queryHealth: { attested: { availability: 'pending' }, maskedIdNumber: '520199190001010011' } });
    await expect(callerWith().call(BEIJING, 'queryHealth', {})).rejects.toMatchObject({ code: 'ADAPTER_ANSWER_INVALID' });
  });

  it('quotes nothing of a bad answer in the error', async () => {
    await answering({ attested: { availability: '测试甲' } });
    const error: unknown = await attestCode().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HubError);
    expect(String(error)).not.toContain('测试甲');
  });

  it('carries the code of a province that refuses, and not its text', async () => {
    await answering({ error: { code: 'LOCAL_CODE_EXPIRED', message: '测试甲' } });
    const error: unknown = await attestCode().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ADAPTER_REFUSED', provinceErrorCode: 'LOCAL_CODE_EXPIRED' });
    expect(String(error)).not.toContain('测试甲');
  });

  it.each(['CALL_INVALID', 'ADAPTER_BUSY'])('takes %s in the clear: the province could not open the call', async (code) => {
    await standIn(() => Promise.resolve(v1.SealedReply.encode({ error: { code } }).finish()));
    await expect(attestCode()).rejects.toMatchObject({ code: 'ADAPTER_REFUSED', provinceErrorCode: code });
  });

  it('refuses further calls to a slow province at once, and not those to another', async () => {
    await standIn(() => Promise.resolve(undefined));
    const other = parseProvinceCode('310000');
    const registry = { findProvince: (code: string) => ({ code: parseProvinceCode(code), standing: 'admitted', registered: true, encryptionKey: publicKey }) as const };
    const caller = callerWith({ maxInFlight: 3, timeoutMs: 300, registry });
    const slow = Array.from({ length: 3 }, () => attestCode(caller).catch((error: unknown) => (error as HubError).code));
    await expect(attestCode(caller)).rejects.toMatchObject({ code: 'ADAPTER_BUSY' });
    await expect(caller.attestCode(other, CODE, 'health-status', CONTEXT)).rejects.toMatchObject({ code: 'ADAPTER_UNREACHABLE' });
    await expect(Promise.all(slow)).resolves.toEqual(['ADAPTER_TIMEOUT', 'ADAPTER_TIMEOUT', 'ADAPTER_TIMEOUT']);
    await expect(attestCode(caller)).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
  });

  it.each([
    ['never admitted', undefined, 'PROVINCE_NOT_ADMITTED'],
    ['suspended', { standing: 'suspended', registered: true }, 'PROVINCE_NOT_ADMITTED'],
    ['admitted and never registered', { standing: 'admitted', registered: false }, 'PROVINCE_NOT_REGISTERED'],
    ['registered without a key to seal to', { standing: 'admitted', registered: true }, 'PROVINCE_NOT_REGISTERED'],
  ] as const)('does not ask a province that is %s', async (_, province, code) => {
    const registry = { findProvince: () => (province === undefined ? undefined : { code: BEIJING, ...province }) };
    await expect(attestCode(callerWith({ registry }))).rejects.toMatchObject({ code });
  });

  it('says that a province cannot be reached when the connection to NATS is closed', async () => {
    const closed = await login('hub');
    await closed.close();
    await expect(attestCode(callerWith({ nats: closed }))).rejects.toMatchObject({ code: 'ADAPTER_UNREACHABLE' });
  });

  it('asks again by itself once a killed NATS is back, and says ADAPTER_TIMEOUT until then', async () => {
    await answering({ attested: { availability: 'pending' } });
    const caller = callerWith({ timeoutMs: 300 });
    await expect(attestCode(caller)).resolves.toMatchObject({ availability: 'pending' });
    await broker.kill();
    await expect(attestCode(caller)).rejects.toMatchObject({ code: 'ADAPTER_TIMEOUT' });
    await broker.restart();
    await expect.poll(() => attestCode(caller).then(({ availability }) => availability, () => 'away'), { timeout: 10_000 }).toBe('pending');
  });
});
