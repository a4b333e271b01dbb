import { webcrypto } from 'node:crypto';
import { Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import {
  CURRENT_SUITE,
  createKeyVoucher,
  createPossessionProof,
  generateProvinceKey,
  importSigningKey,
  parseProvinceCode,
  signConformanceReport,
  type ConformanceReport,
  type GeneratedProvinceKey,
  type ProvinceCode,
} from '@health-code/attestation';
import { spiffeId, unaryTransport, v1 } from '@health-code/messages';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import type { HubConfig } from '../config.js';
import { hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { createLogger } from '../platform/logger.js';
import { decodeRichError } from '../platform/rich-error.js';
import { startHub, type RunningHub } from '../platform/start-hub.js';
import { x509 } from '../platform/x509.js';
import { makeRequest } from './certificate-request.fixture.js';
import { INPUTS, wholeChecks } from './whole-report.fixture.js';

/** Code that a GB 32100 check accepts. */
export const ORGANISATION = '91330106MA27Y4U47R';

const transport = (client: Client) => unaryTransport(client, { timeoutMs: 10_000, metadata: new Metadata() });

/** A hub of its own with real PostgreSQL and NATS, and whoever meets it. */
export class JoiningScene {
  readonly database: TestDatabase;
  readonly nats: TestNats;
  readonly pki: TestPki;
  hub: RunningHub;
  #config: HubConfig;
  readonly #clients: Client[] = [];

  private constructor(database: TestDatabase, nats: TestNats, pki: TestPki, config: HubConfig, hub: RunningHub) {
    this.database = database;
    this.nats = nats;
    this.pki = pki;
    this.#config = config;
    this.hub = hub;
  }

  static async open(changed: Partial<HubConfig> = {}): Promise<JoiningScene> {
    const [database, nats, pki] = await Promise.all([createTestDatabase(), startTestNats(), makeTestPki()]);
    const config: HubConfig = {
      ...hubConfig(pki),
      databaseUrl: database.url,
      nats: { url: nats.url, publicUrl: 'tls://nats.example:4222', creds: nats.creds('hub'), accountSeed: nats.accountSeed },
      ...changed,
    };
    return new JoiningScene(database, nats, pki, config, await startHub(config, createLogger('silent')));
  }

  /** As after a crash or an upgrade. */
  async restart(changed: Partial<HubConfig> = {}): Promise<void> {
    await this.hub.stop();
    this.#config = { ...this.#config, ...changed };
    this.hub = await startHub(this.#config, createLogger('silent'));
  }

  /** Another process over the same database. */
  replica(): Promise<RunningHub> {
    return startHub(this.#config, createLogger('silent'));
  }

  /** A device of `province` at the port. */
  async checkpoint(province: string): Promise<v1.Checkpoint> {
    return v1.Checkpoint.create(transport(this.clientOf(await this.pki.certify({ role: 'checkpoint', province, name: 'gate-1' }))));
  }

  /** The enrolment listener of a hub, without a certificate. */
  enrolmentAt(hub: RunningHub): v1.Enrolment {
    return v1.Enrolment.create(transport(this.#open(this.pki.client(hub.enrolment))));
  }

  /** `Membership` at a hub, for whoever shows this certificate. */
  membershipAt(hub: RunningHub, certificate: { readonly certificate: Buffer; readonly key: Buffer }): v1.Membership {
    return v1.Membership.create(transport(this.#open(this.pki.client(hub.grpc, certificate))));
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await this.hub.stop();
    await this.nats.stop();
    await this.database.drop();
  }

  /** The enrolment listener, without a certificate. */
  enrolment(): v1.Enrolment {
    return v1.Enrolment.create(transport(this.#open(this.pki.client(this.hub.enrolment))));
  }

  async operator(name = 'a'): Promise<v1.Operator> {
    return v1.Operator.create(transport(this.#open(this.pki.client(this.hub.grpc, await this.pki.certify({ role: 'operator', name })))));
  }

  /** What a checkpoint may read, asked with the certificate of an enrolled device. */
  async gate(chain: readonly Uint8Array[], keys: webcrypto.CryptoKeyPair): Promise<v1.Ledger> {
    return v1.Ledger.create(transport(this.clientOf({ certificate: toPem(chain), key: await keyPem(keys) })));
  }

  /** Whoever shows this certificate on the hub's port. */
  clientOf(certificate: { readonly certificate: Buffer; readonly key: Buffer }): Client {
    return this.#open(this.pki.client(this.hub.grpc, certificate));
  }

  #open(client: Client): Client {
    this.#clients.push(client);
    return client;
  }

  /** The province with its token, before it has applied. */
  async invite(code: string): Promise<Applicant> {
    const { token } = await (await this.operator()).inviteProvince({ province: code });
    return new Applicant(this, parseProvinceCode(code), token);
  }

  /** The province, as far on its way as `until`. */
  async bring(code: string, until: 'applied' | 'keys-accepted' | 'conformance-passed' | 'admitted'): Promise<Applicant> {
    const applicant = await this.invite(code);
    await applicant.apply();
    if (until === 'applied') return applicant;
    await applicant.submitKeys();
    if (until === 'keys-accepted') return applicant;
    await applicant.submitConformance();
    if (until === 'conformance-passed') return applicant;
    await (await this.operator()).admitProvince({ province: code });
    return applicant;
  }
}

/** How a stated report differs from a good one. */
export type ReportChange = Partial<ConformanceReport>;

/** An engineer of a province who joins. */
export class Applicant {
  readonly code: ProvinceCode;
  readonly token: string;
  readonly #scene: JoiningScene;
  certificate: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
  signing: GeneratedProvinceKey | undefined;
  sealing: GeneratedProvinceKey | undefined;

  constructor(scene: JoiningScene, code: ProvinceCode, token: string) {
    this.#scene = scene;
    this.code = code;
    this.token = token;
  }

  get identity(): string {
    return spiffeId({ role: 'province', province: this.code });
  }

  async request(identity = this.identity): Promise<{ readonly der: Buffer; readonly keys: webcrypto.CryptoKeyPair }> {
    return makeRequest({ uris: [identity] });
  }

  async apply(changed: v1.ApplyRequest.$Properties = {}): Promise<v1.ApplyResponse> {
    const { der, keys } = await this.request();
    const response = await this.#scene.enrolment().apply({ token: this.token, certificateRequest: der, organisation: ORGANISATION, ...changed });
    this.certificate = { certificate: toPem(response.certificate?.chain ?? []), key: await keyPem(keys) };
    return response;
  }

  /** Another certificate, which it uses from then on. */
  async renew(): Promise<void> {
    const { der, keys } = await this.request();
    const { certificate } = await this.membership().renewCertificate({ certificateRequest: der });
    this.certificate = { certificate: toPem(certificate?.chain ?? []), key: await keyPem(keys) };
  }

  #client(): Client {
    if (this.certificate === undefined) throw new Error('has not applied');
    return this.#scene.clientOf(this.certificate);
  }

  membership(): v1.Membership {
    return v1.Membership.create(transport(this.#client()));
  }

  adapter(): v1.Adapter {
    return v1.Adapter.create(transport(this.#client()));
  }

  ledger(): v1.Ledger {
    return v1.Ledger.create(transport(this.#client()));
  }

  async challenge(): Promise<string> {
    return (await this.membership().getChallenge({})).challenge;
  }

  async makeKeys(): Promise<void> {
    [this.signing, this.sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
  }

  /** Keys as they are submitted, with their proofs. */
  async stated(challenge?: string): Promise<v1.PublicKey.$Properties[]> {
    const { signing, sealing } = this;
    if (signing === undefined || sealing === undefined) throw new Error('has no keys');
    const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), this.code, challenge);
    return [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ];
  }

  async submitKeys(changed: v1.SubmitKeysRequest.$Properties = {}): Promise<v1.SubmitKeysResponse> {
    if (this.signing === undefined) await this.makeKeys();
    const challenge = await this.challenge();
    return this.membership().submitKeys({ challenge, keys: await this.stated(challenge), ...changed });
  }

  /** New keys, vouched for by `voucher`'s key. */
  async rotate(voucher: GeneratedProvinceKey): Promise<v1.SubmitKeysResponse> {
    await this.makeKeys();
    const challenge = await this.challenge();
    const kids = [this.signing, this.sealing].map((key) => key?.publicJwk.kid ?? '');
    return this.submitWith(challenge, await createKeyVoucher(await importSigningKey(voucher.privateJwk), this.code, challenge, kids));
  }

  async submitWith(challenge: string, voucher: string): Promise<v1.SubmitKeysResponse> {
    return this.membership().submitKeys({ challenge, keys: await this.stated(challenge), voucher });
  }

  async report(changed: ReportChange = {}, by = this.signing): Promise<string> {
    const at = Math.floor(Date.now() / 1000);
    const report: ConformanceReport = {
      province: this.code,
      adapterVersion: '1.0.0',
      protocolVersion: 2,
      suiteVersion: CURRENT_SUITE.version,
      suiteDigest: CURRENT_SUITE.digest,
      challenge: changed.challenge ?? (await this.challenge()),
      startedAt: at,
      finishedAt: at,
      inputs: INPUTS,
      checks: wholeChecks(),
      ...changed,
    };
    return signConformanceReport(report, await importSigningKey(by?.privateJwk));
  }

  async submitConformance(changed: ReportChange = {}): Promise<v1.SubmitConformanceResponse> {
    return this.membership().submitConformance({ report: await this.report(changed) });
  }

  async register(changed: v1.RegisterRequest.$Properties = {}): Promise<v1.RegisterResponse> {
    return this.adapter().register({
      mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
      keys: await this.stated(),
      recognisers: [{ prefix: `HC:${this.code}:`, infix: '', minLength: 20, maxLength: 100 }],
      rules: [{ id: `${this.code}-direct`, version: '1', title: '国家码直接使用' }],
      adapterVersion: '1.0.0',
      protocolVersions: [1, 2],
      ...changed,
    });
  }

  async state(): Promise<v1.MembershipState> {
    return (await this.membership().getMembership({})).state;
  }

  /** Names of what was done, oldest first; what ends soon is not among it. */
  async events(): Promise<readonly string[]> {
    const { events } = await this.membership().getMembership({});
    return events.map(({ name }) => name ?? '').filter((name) => name !== 'expiry.due').reverse();
  }
}

const toPem = (chain: readonly Uint8Array[]): Buffer => Buffer.from(chain.map((der) => new x509.X509Certificate(new Uint8Array(der)).toString('pem')).join('\n'));

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<Buffer> {
  return Buffer.from(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY'));
}

/** The error code of a refused call, and the fields it names; throws for a call that was accepted. */
export async function refusalOf(call: Promise<unknown>): Promise<{ readonly reason: string; readonly fields: readonly string[] }> {
  try {
    await call;
  } catch (error) {
    const [details] = (error as ServiceError).metadata.get('grpc-status-details-bin');
    if (details === undefined) throw error;
    const { reason, fieldViolations } = decodeRichError(details as Buffer);
    return { reason, fields: fieldViolations.map(({ field, description }) => `${field} ${description.split(':')[0] ?? ''}`) };
  }
  throw new Error('accepted');
}
