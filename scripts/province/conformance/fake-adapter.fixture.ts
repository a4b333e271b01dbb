import { Client, Metadata, credentials } from '@grpc/grpc-js';
import {
  createPossessionProof, createSubjectReference, generateProvinceKey, importSigningKey, importUnsealingKey, openSealed, sealWithSecret, parseIdentityDocument, parseProvinceCode,
} from '@health-code/attestation';
import { callSubject, resendSubject, unaryTransport, v1 } from '@health-code/messages';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Breakage } from './fake-breakage.fixture.js';
import { openFakeFeed } from './fake-feed.fixture.js';
import { CODE_PREFIX } from './fake-local-system.fixture.js';

export interface FakeAdapterOptions {
  readonly province: string;
  readonly nats: NatsConnection;
  readonly hubAddress: string;
  readonly tls: { readonly authority: Buffer; readonly certificate: Buffer; readonly key: Buffer };
  readonly localSystem: string;
  readonly breakages: readonly Breakage[];
}

/** An adapter in one file: what the protocol asks for and nothing else. */
export interface FakeAdapter {
  stop(): Promise<void>;
}

class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const STATUSES: Readonly<Record<string, '00' | '01' | '10'>> = { green: '00', yellow: '01', red: '10' };
const SUBJECT_KEY = { version: 1, secret: new Uint8Array(32).fill(3) };
const CODE = /^fake-code:[0-9a-f]{32}$/;
const TOLERANCE_MS = 5000;
const HORIZON_MS = 60_000;
const LOCAL_TIMEOUT_MS = 700;
const PATIENT_MS = 2500;
const HEARTBEAT_MS = 100;
const MOST_BYTES = 1_000_000;

const timeOf = (deadline: v1.ProvinceCall['deadline']): number => (deadline?.seconds ?? 0) * 1000 + (deadline?.nanos ?? 0) / 1e6;

export async function startFakeAdapter(options: FakeAdapterOptions): Promise<FakeAdapter> {
  const { nats, localSystem } = options;
  const province = parseProvinceCode(options.province);
  const isBroken = (breakage: Breakage): boolean => options.breakages.includes(breakage);
  const [signing, sealing] = [await generateProvinceKey('sig'), await generateProvinceKey('enc')];
  const [signingKey, unsealingKey] = [await importSigningKey(signing.privateJwk), await importUnsealingKey(sealing.privateJwk)];
  let clockOffset = 0;
  const now = (): number => Math.floor((Date.now() + clockOffset) / 1000);
  const feed = openFakeFeed({ province, nats, key: signingKey, now, isBroken });
  const replyKeys = new Set<string>();
  const messages = new Set<string>();
  const shown = new Set<string>();
  let broke = false;

  const readLocal = async (path: string): Promise<Record<string, string>> => {
    if (broke) throw new Refused('LOCAL_SYSTEM_UNREACHABLE');
    try {
      const response = await fetch(`${localSystem}${path}`, { redirect: 'error', ...(isBroken('waits-for-ever') ? {} : { signal: AbortSignal.timeout(isBroken('reads-without-end') ? PATIENT_MS : LOCAL_TIMEOUT_MS) }) });
      if (response.status !== 200) throw new Refused('LOCAL_SYSTEM_BUSY');
      if (!isBroken('reads-without-end') && Number(response.headers.get('content-length')) > MOST_BYTES) throw new Refused('LOCAL_ANSWER_TOO_LARGE');
      const answer: unknown = JSON.parse(await response.text());
      const result = (answer as { result?: unknown } | null)?.result;
      if (typeof result !== 'string') throw new Refused('LOCAL_ANSWER_INVALID');
      return answer as Record<string, string>;
    } catch (error) {
      if (isBroken('keeps-being-broken')) broke = true;
      if (isBroken('green-when-unreadable')) return { result: 'ok', status: 'green', number: '999999190001010031' };
      if (error instanceof Refused) throw error;
      throw new Refused(error instanceof SyntaxError ? 'LOCAL_ANSWER_INVALID' : 'LOCAL_SYSTEM_TIMEOUT');
    }
  };
  const referenceOf = (number: string): Promise<string> => createSubjectReference(parseIdentityDocument('01', number), SUBJECT_KEY);

  const translate = (value: string): '00' | '01' | '10' => {
    const status = Object.hasOwn(STATUSES, value) ? STATUSES[value] : undefined;
    if (status === undefined && isBroken('green-for-unknown')) return '00';
    if (status === undefined) throw new Refused('TRANSLATION_VALUE_UNKNOWN');
    return status === '01' && isBroken('yellow-is-green') ? '00' : status;
  };
  const attest = async (answer: Record<string, string>): Promise<v1.IProvinceReply> => {
    const subject = await referenceOf(answer['number'] ?? '');
    const value = answer['status'] ?? '';
    const status = translate(value);
    const original = { system: 'fake-system', field: 'status', value: isBroken('names-people') ? (answer['number'] ?? '') : value };
    return { attested: { attestation: await feed.state({ subject, status, reason: 'REASON_NOT_STATED', original }), availability: 'available' } };
  };
  const scan = async (bytes: Uint8Array): Promise<v1.IProvinceReply> => {
    const scanned = Buffer.from(bytes).toString('utf8');
    const text = isBroken('trims') ? scanned.trim() : scanned;
    if (isBroken('answers-foreign-codes') && !text.startsWith(CODE_PREFIX)) return attest({ result: 'ok', status: 'green', number: '999999190001010023' });
    if (isBroken('fails-on-strange-codes') && /\p{Cc}/u.test(text)) throw new Error('unforeseen');
    const asked = isBroken('completes-cut-codes') && text.length > CODE_PREFIX.length ? ([...shown].find((code) => code.startsWith(text)) ?? text) : text;
    if (!CODE.test(asked)) throw new Refused('LOCAL_CODE_INVALID');
    shown.add(asked);
    const answer = await readLocal(`/verify?code=${encodeURIComponent(asked)}`);
    if (answer['result'] === 'unknown') throw new Refused('LOCAL_CODE_INVALID');
    if (answer['result'] === 'expired' && !isBroken('ignores-expiry')) throw new Refused('LOCAL_CODE_EXPIRED');
    return attest(answer);
  };
  const answerCall = async (call: v1.ProvinceCall): Promise<v1.IProvinceReply> => {
    if (call.attestCode) {
      if (!isBroken('ignores-kind') && Number(call.attestCode.kind) > 1) throw new Refused('REQUEST_FIELD_INVALID');
      return scan(call.attestCode.code ?? new Uint8Array());
    }
    if (call.resolveReference) return { reference: { subjectReference: await referenceOf(call.resolveReference.identityDocument?.number ?? '') } };
    if (call.attestPerson) {
      const answer = await readLocal(`/person?number=${call.attestPerson.identityDocument?.number ?? ''}`);
      if (answer['result'] !== 'nobody') return attest(answer);
      if (isBroken('somebody-for-nobody')) return attest({ number: call.attestPerson.identityDocument?.number ?? '', status: 'green' });
      return { attested: { availability: 'no-such-person' } };
    }
    if (call.queryHealth?.province !== province && !isBroken('serves-other-provinces')) throw new Refused('CALL_INVALID');
    return attest(await readLocal(`/person?number=${call.queryHealth?.identityDocument?.number ?? ''}`));
  };
  const admit = (call: v1.ProvinceCall, message: string): void => {
    const deadline = timeOf(call.deadline);
    if (!isBroken('ignores-deadlines') && deadline + TOLERANCE_MS < Date.now()) throw new Refused('CALL_DEADLINE_PASSED');
    if (!isBroken('ignores-deadlines') && deadline > Date.now() + HORIZON_MS) throw new Refused('CALL_INVALID');
    const key = Buffer.from(call.replyKey).toString('hex');
    const isKnown = isBroken('accepts-same-reply-key') ? messages.has(message) : replyKeys.has(key);
    messages.add(message);
    replyKeys.add(key);
    if (isKnown && !isBroken('accepts-replay')) throw new Refused('CALL_INVALID');
  };
  const open = async (data: Uint8Array): Promise<v1.ProvinceCall> => {
    try {
      return v1.ProvinceCall.decode(await openSealed(v1.SealedCall.decode(data).jwe, unsealingKey));
    } catch (cause) {
      const clear = v1.ProvinceCall.decode(data);
      if (isBroken('opens-the-clear') && clear.replyKey.byteLength === 32) return clear;
      throw cause;
    }
  };
  const respond = async (message: Msg): Promise<void> => {
    let call: v1.ProvinceCall;
    try {
      call = await open(message.data);
    } catch {
      message.respond(v1.SealedReply.encode({ error: { code: 'CALL_INVALID' } }).finish());
      return;
    }
    const reply = await Promise.resolve()
      .then(() => {
        admit(call, Buffer.from(message.data).toString('base64'));
        return answerCall(call);
      })
      .catch((error: unknown): v1.IProvinceReply => ({ error: { code: error instanceof Refused ? error.code : 'ADAPTER_FAILED' } }));
    message.respond(v1.SealedReply.encode({ jwe: await sealWithSecret(call.replyKey, v1.ProvinceReply.encode(reply).finish()) }).finish());
  };
  const resend = async (message: Msg): Promise<void> => {
    const { ranges } = v1.ResendRequest.decode(message.data);
    const [range] = ranges;
    const [first, last] = [range?.first ?? 0, range?.last ?? 0];
    const isNonsense = ranges.length === 0 || first < 1 || last < first || last - first >= 10_000;
    const reply = isNonsense || isBroken('refuses-resend') ? { error: { code: 'CALL_INVALID' } } : { published: isBroken('makes-up-resent') ? last - first + 1 : await feed.resend(first, last) };
    message.respond(v1.ResendReply.encode(reply).finish());
  };
  const subscriptions = [
    nats.subscribe(callSubject(province), { callback: (_error, message) => void respond(message) }),
    nats.subscribe(resendSubject(province), { callback: (_error, message) => void resend(message) }),
  ];

  const client = new Client(options.hubAddress, credentials.createSsl(options.tls.authority, options.tls.key, options.tls.certificate));
  const hub = v1.Adapter.create(unaryTransport(client, { timeoutMs: 3000, metadata: new Metadata() }));
  const proof = isBroken('registers-without-proof') ? '' : await createPossessionProof(signingKey, province);
  await hub.register({
    mode: v1.RecognitionMode.RECOGNITION_MODE_CONVERT,
    keys: [{ jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof }, { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION }],
    recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: 42, maxLength: 42 }],
    rules: [{ id: `${province}-conversion`, version: '1', title: 'test' }],
    adapterVersion: 'fake-1',
    protocolVersions: [1],
  });
  const beat = async (): Promise<void> => {
    const { hubTime } = await hub.heartbeat({ lastSequence: feed.lastSequence(), ...(isBroken('heartbeat-without-time') ? {} : { sentAt: { seconds: now() } }) });
    if (isBroken('takes-hub-clock')) clockOffset = (hubTime?.seconds ?? 0) * 1000 - Date.now();
  };
  const heart = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
  return {
    stop: async () => {
      clearInterval(heart);
      for (const subscription of subscriptions) subscription.unsubscribe();
      await feed.stop();
      client.close();
    },
  };
}
