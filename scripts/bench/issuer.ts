import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import {
  createPossessionProof, createSubjectReference, generateProvinceKey, importSigningKey, parseIdentityDocument, parseProvinceCode, signAttestation,
  type ProvinceCode, type SigningKey,
} from '@health-code/attestation';
import { attestationSubject, inboxPrefix, v1 } from '@health-code/messages';
import type { Nats } from '../../deploy/embedded/nats.js';
import type { HubParties } from '../clients/hub-client.js';

/** A province that exists for the benchmark alone: it registers like any other and signs without a local system. */
export class BenchIssuer {
  readonly #rule = { id: 'bench-conversion', version: '1' };

  private constructor(readonly province: ProvinceCode, readonly publicJwk: string, private readonly signingKey: SigningKey, private readonly encryptionJwk: string) {}

  static async create(code: string): Promise<BenchIssuer> {
    const [signature, encryption] = [await generateProvinceKey('sig'), await generateProvinceKey('enc')];
    return new BenchIssuer(parseProvinceCode(code), JSON.stringify(signature.publicJwk), await importSigningKey(signature.privateJwk), JSON.stringify(encryption.publicJwk));
  }

  /** States keys and rule at the hub. */
  async register(parties: HubParties): Promise<void> {
    await parties.as({ role: 'province', province: this.province }).adapter.register({
      mode: v1.RecognitionMode.RECOGNITION_MODE_SHARE,
      keys: [
        { jwk: this.publicJwk, use: v1.KeyUse.KEY_USE_SIGNATURE, proof: await createPossessionProof(this.signingKey, this.province) },
        { jwk: this.encryptionJwk, use: v1.KeyUse.KEY_USE_ENCRYPTION },
      ],
      rules: [{ ...this.#rule, title: '基准测试' }],
      adapterVersion: 'bench',
    });
  }

  /** Signs green attestations for `count` different people, from sequence `first` on. */
  async sign(first: number, count: number, now: number): Promise<string[]> {
    const document = parseIdentityDocument('03', 'E00000001');
    const tokens: string[] = [];
    for (let sequence = first; sequence < first + count; sequence += 1) {
      const subject = await createSubjectReference(document, { version: 1, secret: randomBytes(32) });
      const { token } = await signAttestation({
        issuer: this.province, subject, sequence, issuedAt: now, expiresAt: now + 86_400, kind: 'health-status', status: '00', since: now - 3600, reason: 'REASON_NOT_STATED',
        rule: this.#rule, authority: this.province, evidence: 'verified-source', original: { system: 'bench', field: 'type', value: '00' },
      }, { maskedName: '测*' }, this.signingKey, () => randomBytes(16).toString('base64url'));
      tokens.push(token);
    }
    return tokens;
  }

  /** Puts tokens into the stream, as many in flight as the broker takes. */
  async publish(nats: Nats, tokens: readonly string[]): Promise<void> {
    const authenticator = credsAuthenticator(await readFile(nats.credsFile(this.province)));
    const connection = await connect({ servers: nats.url, authenticator, inboxPrefix: inboxPrefix(this.province) });
    const stream = jetstream(connection);
    const WINDOW = 256;
    for (let at = 0; at < tokens.length; at += WINDOW) {
      await Promise.all(tokens.slice(at, at + WINDOW).map((token) => stream.publish(attestationSubject(this.province), token)));
    }
    await connection.drain();
  }
}
