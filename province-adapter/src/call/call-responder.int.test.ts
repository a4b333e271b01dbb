import { randomBytes } from 'node:crypto';
import { AttestationError, generateProvinceKey, importProvinceKey, importUnsealingKey, openWithSecret, parseProvinceCode, sealFor, type ProvinceKey, type SealedKey } from '@health-code/attestation';
import { callSubject, v1 } from '@health-code/messages';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { AdapterError, ExpectedRefusal } from '../errors.js';
import type { CallHandlers } from './call-handlers.js';
import { createCallResponder, type CallResponder, type CallResponderOptions } from './call-responder.consumer.js';

const GUIZHOU = parseProvinceCode('520000');
const CODE = new TextEncoder().encode('synthetic-code-of-测试甲');

let broker: TestNats;
let hub: NatsConnection;
let province: NatsConnection;
let publicKey: ProvinceKey;
let privateKey: SealedKey;
const responders: CallResponder[] = [];
const logged: unknown[] = [];

const login = (party: string): Promise<NatsConnection> => broker.connect(party);

async function generateSealingPair(): Promise<{ readonly sealing: ProvinceKey; readonly opening: SealedKey }> {
  const { publicJwk, privateJwk } = await generateProvinceKey('enc');
  return { sealing: await importProvinceKey(publicJwk, GUIZHOU), opening: await importUnsealingKey(privateJwk) };
}

/** Operations of a province that offers none; a test replaces the ones it asks for. */
const notOffered = (): Promise<never> => Promise.reject(new AdapterError('OPERATION_NOT_OFFERED', 'not offered'));
const offersNothing: CallHandlers = {
  attestCode: notOffered,
  attestPerson: notOffered,
  resolveReference: notOffered,
  declareHealth: notOffered,
  declareTrip: notOffered,
  queryHealth: notOffered,
  applyCode: notOffered,
  makeCode: notOffered,
  correctHealth: notOffered,
  queryCorrection: notOffered,
  convertCode: notOffered,
};

async function startResponder(handlers: Partial<CallHandlers>, options: Partial<CallResponderOptions> = {}): Promise<CallResponder> {
  const log = { warn: (...line: unknown[]) => void logged.push(line), error: (...line: unknown[]) => void logged.push(line) };
  const responder = createCallResponder({ province: GUIZHOU, nats: province, keys: () => [privateKey], handlers: { ...offersNothing, ...handlers }, now: Date.now, log, ...options });
  responders.push(responder);
  await province.flush();
  return responder;
}

interface Sealed {
  readonly message: Uint8Array;
  readonly replyKey: Uint8Array;
}

const inMs = (ms: number): v1.ProvinceCall['deadline'] & object => {
  const at = Date.now() + ms;
  return { seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1_000_000 };
};

async function seal(call: v1.IProvinceCall, key = publicKey): Promise<Sealed> {
  const replyKey = call.replyKey ?? randomBytes(32);
  const plaintext = v1.ProvinceCall.encode({ deadline: inMs(3000), ...call, replyKey }).finish();
  return { message: v1.SealedCall.encode({ jwe: await sealFor(key, plaintext) }).finish(), replyKey };
}

const request = async (message: Uint8Array): Promise<v1.SealedReply> =>
  v1.SealedReply.decode((await hub.request(callSubject(GUIZHOU), message, { timeout: 2000 })).data);

async function send({ message, replyKey }: Sealed): Promise<v1.ProvinceReply> {
  const reply = await request(message);
  expect(reply.error ?? undefined).toBeUndefined();
  return v1.ProvinceReply.decode(await openWithSecret(reply.jwe ?? '', replyKey));
}

const attestCode = { attestCode: { code: CODE, context: { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT } } };

beforeAll(async () => {
  broker = await startTestNats();
  [hub, province] = [await login('hub'), await login(GUIZHOU)];
  ({ sealing: publicKey, opening: privateKey } = await generateSealingPair());
});

beforeEach(() => {
  logged.length = 0;
});

afterEach(async () => {
  await Promise.all(responders.splice(0).map((responder) => responder.stop()));
});

afterAll(async () => {
  await Promise.all([hub.close(), province.close()]);
  await broker.stop();
});

describe('createCallResponder', () => {
  it('opens a call, hands it to its operation and seals the answer with the key the call brought', async () => {
    const seen: v1.IAttestCodeCall[] = [];
    await startResponder({
      attestCode: (call) => {
        seen.push(call);
        return Promise.resolve({ attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' });
      },
    });
    const reply = await send(await seal(attestCode));
    expect(reply.attested).toMatchObject({ attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' });
    expect(Buffer.from(seen[0]?.code ?? [])).toEqual(Buffer.from(CODE));
    expect(seen[0]?.context?.province).toBe('110000');
  });

  it('hands every operation of the protocol to the handler of its name', async () => {
    const asked: string[] = [];
    const record = (name: string) => (): Promise<never> => {
      asked.push(name);
      return Promise.reject(new AdapterError('OPERATION_NOT_OFFERED', 'not offered'));
    };
    const names = Object.keys(offersNothing) as (keyof CallHandlers)[];
    await startResponder(Object.fromEntries(names.map((name) => [name, record(name)])));
    for (const name of names) {
      const reply = await send(await seal({ [name]: { province: GUIZHOU } }));
      expect(reply.error?.code).toBe('OPERATION_NOT_OFFERED');
    }
    expect(asked).toEqual(names);
  });

  it('tells the hub the code of a refusal and not its text', async () => {
    await startResponder({ attestCode: () => Promise.reject(new AdapterError('LOCAL_CODE_EXPIRED', 'synthetic-code-of-测试甲 expired')) });
    const reply = await send(await seal(attestCode));
    expect(reply.error).toMatchObject({ code: 'LOCAL_CODE_EXPIRED', message: '' });
  });

  it('writes refusals to its log, but for those that are the right answer', async () => {
    const refusals = [new ExpectedRefusal('LOCAL_CODE_INVALID', 'the malformed canary'), new AdapterError('LOCAL_CODE_INVALID', 'somebody\'s')];
    await startResponder({ attestCode: () => Promise.reject(refusals.shift() ?? new Error('unasked')) });
    expect((await send(await seal(attestCode))).error?.code).toBe('LOCAL_CODE_INVALID');
    expect(logged).toEqual([]);
    expect((await send(await seal(attestCode))).error?.code).toBe('LOCAL_CODE_INVALID');
    expect(logged).toMatchObject([[{ operation: 'attestCode', code: 'LOCAL_CODE_INVALID' }, 'refused a call']]);
  });

  it('writes down what was wrong with the document of an answer, and never the document', async () => {
    const cause = new AttestationError('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'a text');
    await startResponder({ attestCode: () => Promise.reject(new AdapterError('LOCAL_PERSON_UNRESOLVED', 'another text', { cause })) });
    expect((await send(await seal(attestCode))).error).toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED', message: '' });
    expect(logged).toMatchObject([[{ code: 'LOCAL_PERSON_UNRESOLVED', cause: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID' }, 'refused a call']]);
    expect(JSON.stringify(logged)).not.toContain('text');
  });

  it('answers a fault it did not foresee with ADAPTER_FAILED and logs no text of it', async () => {
    await startResponder({ attestCode: () => Promise.reject(new TypeError('synthetic-code-of-测试甲')) });
    expect((await send(await seal(attestCode))).error?.code).toBe('ADAPTER_FAILED');
    expect(JSON.stringify(logged)).toContain('TypeError');
    expect(JSON.stringify(logged)).not.toContain('synthetic-code');
  });

  it('refuses a call sealed to another key, in the clear', async () => {
    await startResponder({});
    const { sealing } = await generateSealingPair();
    expect((await request((await seal(attestCode, sealing)).message)).error?.code).toBe('CALL_INVALID');
  });

  it('opens a call sealed to a former key that it still holds', async () => {
    const next = await generateSealingPair();
    await startResponder({}, { keys: () => [next.opening, privateKey] });
    expect((await send(await seal(attestCode))).error?.code).toBe('OPERATION_NOT_OFFERED');
    expect((await send(await seal(attestCode, next.sealing))).error?.code).toBe('OPERATION_NOT_OFFERED');
  });

  it.each([
    ['nothing', () => Promise.resolve(new Uint8Array())],
    ['bytes that are no message', () => Promise.resolve(Uint8Array.from([0xff, 0xff, 0xff]))],
    ['a JWE that is none', () => Promise.resolve(v1.SealedCall.encode({ jwe: 'a.b.c.d.e' }).finish())],
    ['more than a call may be', () => Promise.resolve(v1.SealedCall.encode({ jwe: 'a'.repeat(200_000) }).finish())],
    ['a plaintext that is no call', async () => v1.SealedCall.encode({ jwe: await sealFor(publicKey, Uint8Array.from([0xff, 0xff])) }).finish()],
    ['a reply key of another length', async () => (await seal({ ...attestCode, replyKey: randomBytes(16) })).message],
  ])('refuses %s, in the clear', async (_, message) => {
    await startResponder({});
    expect((await request(await message())).error?.code).toBe('CALL_INVALID');
  });

  it('does not begin a call whose deadline has passed by more than the clock tolerance', async () => {
    let begun = 0;
    await startResponder({ attestCode: () => { begun += 1; return Promise.resolve({ availability: 'pending' }); } });
    expect((await send(await seal({ ...attestCode, deadline: inMs(-6000) }))).error?.code).toBe('CALL_DEADLINE_PASSED');
    expect((await send(await seal({ ...attestCode, deadline: null }))).error?.code).toBe('CALL_DEADLINE_PASSED');
    expect(begun).toBe(0);
    expect((await send(await seal({ ...attestCode, deadline: inMs(-1000) }))).attested?.availability).toBe('pending');
  });

  it.each([
    ['behind', -600_000, 'CALL_INVALID'],
    ['ahead', 600_000, 'CALL_DEADLINE_PASSED'],
  ])('refuses every call while its clock is 10 minutes %s', async (_, offset, code) => {
    await startResponder({}, { now: () => Date.now() + offset });
    expect((await send(await seal(attestCode))).error?.code).toBe(code);
  });

  it('aborts the handler when the hub stops waiting', async () => {
    const aborted = new Promise<void>((resolve) => {
      void startResponder({
        attestCode: (_call, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              resolve();
              reject(new AdapterError('LOCAL_SYSTEM_TIMEOUT', 'too slow'));
            });
          }),
      });
    });
    await province.flush();
    const reply = await send(await seal({ ...attestCode, deadline: inMs(100) }));
    await aborted;
    expect(reply.error?.code).toBe('LOCAL_SYSTEM_TIMEOUT');
  });

  it('refuses a recorded call sent again', async () => {
    let begun = 0;
    await startResponder({ declareHealth: () => { begun += 1; return Promise.resolve({ declarationId: '1' }); } });
    const sealed = await seal({ declareHealth: { province: GUIZHOU } });
    expect((await send(sealed)).declareHealth?.declarationId).toBe('1');
    expect((await send(sealed)).error?.code).toBe('CALL_INVALID');
    const sameKey = await seal({ declareHealth: { province: GUIZHOU }, replyKey: sealed.replyKey });
    expect((await send(sameKey)).error?.code).toBe('CALL_INVALID');
    expect(begun).toBe(1);
  });

  it('refuses a call without an operation, and one meant for another province', async () => {
    await startResponder({ makeCode: () => Promise.resolve({}) });
    expect((await send(await seal({}))).error?.code).toBe('CALL_INVALID');
    expect((await send(await seal({ makeCode: { province: '110000' } }))).error?.code).toBe('CALL_INVALID');
  });

  it('refuses calls above its limit at once, and takes calls again after', async () => {
    const waiting: (() => void)[] = [];
    await startResponder({ attestCode: () => new Promise((resolve) => waiting.push(() => { resolve({ availability: 'pending' }); })) }, { maxInFlight: 2 });
    const answers = [send(await seal(attestCode)), send(await seal(attestCode))];
    await expect.poll(() => waiting.length).toBe(2);
    expect((await request((await seal(attestCode)).message)).error?.code).toBe('ADAPTER_BUSY');
    waiting.splice(0).forEach((answer) => { answer(); });
    expect((await Promise.all(answers)).map((reply) => reply.attested?.availability)).toEqual(['pending', 'pending']);
    const next = send(await seal(attestCode));
    await expect.poll(() => waiting.length).toBe(1);
    waiting.forEach((answer) => { answer(); });
    expect((await next).attested?.availability).toBe('pending');
  });

  it('shares calls between two instances of one adapter, each answered once', async () => {
    let [first, second] = [0, 0];
    await startResponder({ attestCode: () => { first += 1; return Promise.resolve({ availability: 'pending' }); } });
    const other = await login(GUIZHOU);
    await startResponder({ attestCode: () => { second += 1; return Promise.resolve({ availability: 'pending' }); } }, { nats: other });
    await other.flush();
    for (let call = 0; call < 40; call += 1) await send(await seal(attestCode));
    expect(first + second).toBe(40);
    expect(Math.min(first, second)).toBeGreaterThan(0);
    await responders.pop()?.stop();
    await other.close();
  });

  it('goes on by another connection: what came by the former one is answered there, and nothing is taken twice', async () => {
    const waiting: (() => void)[] = [];
    const former = await login(GUIZHOU);
    const responder = await startResponder({ declareHealth: () => new Promise((resolve) => waiting.push(() => { resolve({ declarationId: '1' }); })), attestCode: () => Promise.resolve({ availability: 'pending' }) }, { nats: former });
    await former.flush();
    const answers = [await seal({ declareHealth: { province: GUIZHOU } }), await seal({ declareHealth: { province: GUIZHOU } })].map(send);
    await expect.poll(() => waiting.length).toBe(2);
    const moved = responder.moveTo(province);
    const recorded = await seal(attestCode);
    expect((await send(recorded)).attested?.availability).toBe('pending');
    expect((await send(recorded)).error?.code).toBe('CALL_INVALID');
    waiting.forEach((give) => { give(); });
    expect((await Promise.all(answers)).map((reply) => reply.declareHealth?.declarationId)).toEqual(['1', '1']);
    await moved;
    await former.close();
    expect((await send(await seal(attestCode))).attested?.availability).toBe('pending');
  });

  it('answers what is under way before it stops, and nothing after', async () => {
    const waiting: (() => void)[] = [];
    const responder = await startResponder({ attestCode: () => new Promise((resolve) => waiting.push(() => { resolve({ availability: 'pending' }); })) });
    const answer = send(await seal(attestCode));
    await expect.poll(() => waiting.length).toBe(1);
    const stopped = responder.stop();
    waiting.forEach((give) => { give(); });
    expect((await answer).attested?.availability).toBe('pending');
    await stopped;
    await expect(request((await seal(attestCode)).message)).rejects.toMatchObject({ name: 'RequestError' });
    responders.length = 0;
  });

  it('logs no contents of a call', async () => {
    await startResponder({});
    await send(await seal(attestCode));
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toMatch(/synthetic-code|测试甲|110000/);
  });
});
