import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  createPossessionProof, importSigningKey, parseProvinceCode, signAttestation,
  type GeneratedProvinceKey, type HealthStatusAttestation, type ProvinceCode, type SignedAttestation, type SigningKey,
} from '@health-code/attestation';
import { attestationSubject, resendSubject, v1 } from '@health-code/messages';
import { CODES, persist, type RunningCountry } from './running-country.js';

const DAY = 86_400;
const PUBLISH_TIMEOUT_MS = 2000;
const WINDOW = 64;

/** The rule the test registers. */
export const RULE = { id: 'test-conversion', version: '1' } as const;

/** Seconds since the epoch. */
export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** A reference to nobody. */
export const anySubject = (): string => `1.${randomBytes(32).toString('base64url')}`;

/** The first key of a key file for `use`: the one that an adapter signs with, or has others seal to. */
function keyOf(keys: readonly GeneratedProvinceKey['privateJwk'][], use: 'sig' | 'enc'): GeneratedProvinceKey {
  const privateJwk = keys.find((key) => key.use === use) ?? {};
  const { d: _secret, ...publicJwk } = privateJwk;
  return { privateJwk, publicJwk };
}

/**
 * A province that the test speaks for: its own adapter is stopped, and the test has its credentials. What an honest province
 * cannot do is done with these.
 */
export class ProvinceVoice {
  private constructor(
    private readonly running: RunningCountry,
    readonly code: ProvinceCode,
    readonly signingKey: SigningKey,
    readonly keys: { readonly signature: GeneratedProvinceKey; readonly encryption: GeneratedProvinceKey },
    readonly nats: NatsConnection,
  ) {}

  /** Silences the province's adapter and its local system, and speaks with the province's own keys. */
  static async take(running: RunningCountry, slug: string): Promise<ProvinceVoice> {
    const code = parseProvinceCode(CODES[slug] ?? '');
    await running.stopOne(`adapter-${slug}`);
    await running.stopOne(`local-system-${slug}`);
    const { keys: kept } = JSON.parse(running.secret(`province-keys-${code}.json`)) as { readonly keys: readonly GeneratedProvinceKey['privateJwk'][] };
    const keys = { signature: keyOf(kept, 'sig'), encryption: keyOf(kept, 'enc') };
    const voice = new ProvinceVoice(running, code, await importSigningKey(keys.signature.privateJwk), keys, await running.signIn(code));
    await voice.#register();
    return voice;
  }

  async #register(): Promise<void> {
    const { signature, encryption } = this.keys;
    await this.#adapter().register({
      mode: v1.RecognitionMode.RECOGNITION_MODE_SHARE,
      keys: [
        { jwk: JSON.stringify(signature.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof: await createPossessionProof(this.signingKey, this.code) },
        { jwk: JSON.stringify(encryption.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
      ],
      rules: [{ ...RULE, title: '测试规则' }],
      adapterVersion: 'e2e',
    });
  }

  /** Tells the hub the last sequence number. */
  async heartbeat(lastSequence: number): Promise<void> {
    await this.#adapter().heartbeat({ lastSequence, sentAt: { seconds: nowInSeconds() }, localSystemReachable: true });
  }

  #adapter(): v1.Adapter {
    return this.running.as({ role: 'province', province: this.code }).adapter;
  }

  /** A green of this province about a person of its own, but for what `claims` says otherwise; signed with `key`. */
  sign(sequence: number, claims: Partial<HealthStatusAttestation> = {}, key = this.signingKey): Promise<SignedAttestation> {
    const issuedAt = nowInSeconds();
    const standard: Omit<HealthStatusAttestation, 'disclosureDigests'> = {
      issuer: this.code, subject: anySubject(), sequence, issuedAt, expiresAt: issuedAt + DAY, kind: 'health-status', status: '00', since: issuedAt, reason: 'REASON_NOT_STATED',
      rule: RULE, authority: this.code, evidence: 'verified-source', original: { system: 'e2e', field: 'type', value: '00' },
    };
    return signAttestation({ ...standard, ...claims }, { maskedName: '测*' }, key, () => randomBytes(16).toString('base64url'));
  }

  /** Puts one message into the stream. @throws when the broker does not acknowledge it */
  async publish(payload: string | Uint8Array, messageId?: string): Promise<void> {
    await jetstream(this.nats).publish(attestationSubject(this.code), payload, { timeout: PUBLISH_TIMEOUT_MS, ...(messageId === undefined ? {} : { msgID: messageId }) });
  }

  /** Puts a feed into the stream in order, each message until the broker has it, as an outbox does. `tokens[0]` has number 1. */
  async publishFeed(tokens: readonly string[], pauseMs: () => number): Promise<void> {
    for (let at = 0; at < tokens.length; at += WINDOW) {
      const window = tokens.slice(at, at + WINDOW);
      await Promise.all(window.map((token, place) => persist(() => this.publish(token, `${this.code}-${at + place + 1}`))));
      await delay(pauseMs());
    }
  }

  /** Answers the hub's requests to send again, out of `tokens` by sequence number. Returns what was asked for, as it grows. */
  answerResends(tokens: ReadonlyMap<number, string>): readonly number[] {
    const asked: number[] = [];
    this.nats.subscribe(resendSubject(this.code), {
      callback: (_, message) => {
        const numbers = v1.ResendRequest.decode(message.data).ranges.flatMap(({ first, last }) => Array.from({ length: Number(last) - Number(first) + 1 }, (_unused, place) => Number(first) + place));
        asked.push(...numbers);
        const found = numbers.flatMap((sequence) => tokens.get(sequence) ?? []);
        // A fresh message each, without an id: the broker's window would swallow the old one.
        void Promise.allSettled(found.map((token) => this.publish(token))).then(() => message.respond(v1.ResendReply.encode({ published: found.length }).finish()));
      },
    });
    return asked;
  }

  async close(): Promise<void> {
    await this.nats.close();
  }
}
