import { Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey, type HealthStatusAttestation, type SigningKey } from '@health-code/attestation';
import { jetstream } from '@nats-io/jetstream';
import { attestationSubject, serviceDefinition, unaryTransport, v1, type PeerIdentity } from '@health-code/messages';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import type { HubConfig } from '../config.js';
import { hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { bytesOf, tokenOf } from '../ingest/ingest.fixture.js';
import { until } from '../ingest/ingest-scene.fixture.js';
import { createLogger } from '../platform/logger.js';
import { startHub, type RunningHub } from '../platform/start-hub.js';

export const [GUIZHOU, BEIJING] = [parseProvinceCode('520000'), parseProvinceCode('110000')];

/** Seconds since the epoch. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

/** The code of a call's refusal, as it stands in its message. */
export const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(() => 'accepted', (error: unknown) => (error as ServiceError).details.split(':', 1)[0] ?? '');

/** A key of a province, with what its registration or submission says of it. */
export interface SceneKey {
  readonly generated: GeneratedProvinceKey;
  readonly signing: SigningKey;
}

/** A new signing key. */
export async function createKey(): Promise<SceneKey> {
  const generated = await generateProvinceKey('sig');
  return { generated, signing: await importSigningKey(generated.privateJwk) };
}

/** A key with its proof. */
export const stated = async ({ generated, signing }: SceneKey, challenge?: string): Promise<v1.PublicKey.$Properties> => ({
  jwk: JSON.stringify(generated.publicJwk),
  use: v1.KeyUse.KEY_USE_SIGNATURE,
  proof: await createPossessionProof(signing, GUIZHOU, challenge),
});

/** A whole hub, with everybody who calls it. */
export class GovernanceScene {
  database!: TestDatabase;
  nats!: TestNats;
  pki!: TestPki;
  hub!: RunningHub;
  sealing!: GeneratedProvinceKey;
  #config!: HubConfig;
  readonly #clients = new Map<string, Promise<Client>>();

  /** @param databaseUrl of a database that is there, in place of one of its own */
  async open(databaseUrl?: string): Promise<void> {
    [this.database, this.nats, this.pki, this.sealing] = await Promise.all([createTestDatabase(), startTestNats(), makeTestPki(), generateProvinceKey('enc')]);
    const { nats } = this;
    this.#config = {
      ...hubConfig(this.pki),
      databaseUrl: databaseUrl ?? this.database.url,
      nats: { url: nats.url, publicUrl: nats.url, creds: nats.creds('hub'), accountSeed: nats.accountSeed },
      admitted: [{ code: GUIZHOU, standing: 'admitted' }, { code: BEIJING, standing: 'admitted' }],
    };
    this.hub = await this.startHub();
  }

  /** One more hub on the same database and broker. */
  startHub(): Promise<RunningHub> {
    return startHub(this.#config, createLogger('silent'), { patience: { totalMs: 5000, pauseMs: 100 } });
  }

  async restart(): Promise<void> {
    await this.forgetClients();
    await this.hub.stop();
    this.hub = await this.startHub();
  }

  async close(): Promise<void> {
    await this.forgetClients();
    await this.hub.stop();
    await this.nats.stop();
    await this.database.drop();
  }

  /** Lets go of every connection: the next call goes to the hub that is now `hub`. */
  async forgetClients(): Promise<void> {
    for (const client of this.#clients.values()) (await client).close();
    this.#clients.clear();
  }

  client(identity: PeerIdentity): Promise<Client> {
    const name = JSON.stringify(identity);
    const known = this.#clients.get(name) ?? this.pki.certify(identity).then((certificate) => this.pki.client(this.hub.grpc, certificate));
    this.#clients.set(name, known);
    return known;
  }

  async #transport(identity: PeerIdentity): Promise<ReturnType<typeof unaryTransport>> {
    return unaryTransport(await this.client(identity), { timeoutMs: 10_000, metadata: new Metadata() });
  }

  async operator(name = 'a'): Promise<v1.Operator> {
    return v1.Operator.create(await this.#transport({ role: 'operator', name }));
  }

  async membership(province: string): Promise<v1.Membership> {
    return v1.Membership.create(await this.#transport({ role: 'province', province }));
  }

  async adapter(): Promise<v1.Adapter> {
    return v1.Adapter.create(await this.#transport({ role: 'province', province: GUIZHOU }));
  }

  async gate(province: string = BEIJING): Promise<v1.Checkpoint> {
    return v1.Checkpoint.create(await this.#transport({ role: 'checkpoint', province, name: 'gate-1' }));
  }

  async recognition(): Promise<v1.MutualRecognition> {
    return v1.MutualRecognition.create(await this.#transport({ role: 'auditor', name: 'a' }));
  }

  /** Registers Guizhou with these signing keys, as its adapter does. */
  async register(...keys: readonly SceneKey[]): Promise<void> {
    await (await this.adapter()).register({
      mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
      keys: [...(await Promise.all(keys.map((key) => stated(key)))), { jwk: JSON.stringify(this.sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION }],
      rules: [{ id: '520000-conversion', version: '1', title: '国家码直接使用' }],
    });
  }

  /** A green of a person of Guizhou, a minute old, signed with `key`. */
  green(key: SceneKey, sequence: number, change: Partial<HealthStatusAttestation> = {}): Promise<string> {
    const now = seconds();
    return tokenOf(key.signing, sequence, { issuedAt: now - 60, since: now - 60, expiresAt: now + 3600, ...change });
  }

  /** Publishes as Guizhou. */
  async publish(...tokens: readonly string[]): Promise<void> {
    const connection = await this.nats.connect(GUIZHOU);
    for (const token of tokens) await jetstream(connection).publish(attestationSubject(GUIZHOU), token);
    await connection.close();
  }

  /** Waits until the hub holds everything of Guizhou up to `sequence`, without a gap. */
  async held(sequence: number): Promise<void> {
    const adapter = await this.adapter();
    await until(`sequence ${String(sequence)}`, async () => (await adapter.heartbeat({ lastSequence: sequence, localSystemReachable: true, localSystemFollowed: true })).contiguousSequence === sequence);
  }

  /** What a checkpoint of Beijing is told of a text. */
  async verify(token: string, province: string = BEIJING): Promise<v1.Verdict.$Properties> {
    const context = { province, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
    const { verdict } = await (await this.gate(province)).verifyCode({ context, code: bytesOf(token) });
    if (!verdict) throw new Error('no verdict');
    return verdict;
  }

  /** Everything a stream tells until it ends, or until `enough` of it came. */
  async stream<Response>(identity: PeerIdentity, service: Parameters<typeof serviceDefinition>[0], name: string, request: object, enough = Infinity): Promise<readonly Response[]> {
    const method = serviceDefinition(service)[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    const call = (await this.client(identity)).makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request);
    const told: Response[] = [];
    for await (const message of call) {
      told.push(message as Response);
      if (told.length >= enough) break;
    }
    return told;
  }

  /** Names and actors of events, oldest first. */
  async events(name: string): Promise<readonly string[]> {
    const { events } = await (await this.operator()).listEvents({});
    return events.filter((event) => event.name === name).map(({ province, actor }) => `${province ?? ''} ${actor ?? ''}`);
  }
}
