import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status, type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  encodePackagePart,
  FRESHNESS_POLICY,
  generateProvinceKey,
  importSigningKey,
  PACKAGE_PARTS,
  PACKAGE_TARGET_NAMES,
  parseProvinceCode,
  signAttestation,
  signStatusList,
  signStatusListDelta,
  StatusBits,
  type PackageParts,
  type ProvinceCode,
  type SigningKey,
} from '@health-code/attestation';
import { serviceDefinition, v1 } from '@health-code/messages';
import { makeTestAuthority, type TestAuthority } from '../../../deploy/embedded/test-pki.js';
import type { DeviceFiles } from './hub/device-credentials.js';
import { TestRepository } from './package/tuf-repository.fixture.js';

export const GUIZHOU = parseProvinceCode('520000');
export const BEIJING = parseProvinceCode('110000');
export const LIST_URI = `urn:cn:healthcode:status:${GUIZHOU}`;
const DAY = 86_400;
const SIZE = 8192;

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export const gateFiles = (folder: string): DeviceFiles => ({ certificate: join(folder, 'device.crt'), key: join(folder, 'device.key'), hubAuthority: join(folder, 'hub-ca.crt') });

type FollowStream = ServerDuplexStream<v1.FollowStatusListsRequest, v1.FollowStatusListsResponse.$Properties>;

/** A hub of a test: it publishes a package with the list of one province, tells who follows, and answers what only a hub can. */
export class TestHub {
  readonly repository = new TestRepository();
  readonly applied: v1.FollowStatusListsRequest[] = [];
  readonly asked: v1.VerifyCodeRequest[] = [];
  readonly reports: v1.ReportChecksRequest[] = [];
  readonly streams = new Set<FollowStream>();
  /** What VerifyCode is answered with. */
  answer: v1.VerifyCodeResponse.$Properties | Error = { verdict: { recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_YELLOW, issuer: GUIZHOU } };
  /** With what it ends whoever would follow; they are counted. */
  refusal: Error | undefined;
  refused = 0;
  bits = StatusBits.create(SIZE);
  listVersion = 1;
  url = '';
  address = '';
  #server: Server | undefined;
  #snapshot = '';

  private constructor(
    readonly servers: TestAuthority,
    readonly members: TestAuthority,
    private readonly publicJwk: Record<string, unknown>,
    private readonly key: SigningKey,
  ) {}

  static async create(): Promise<TestHub> {
    const { publicJwk, privateJwk } = await generateProvinceKey('sig');
    const hub = new TestHub(await makeTestAuthority('servers'), await makeTestAuthority('members'), publicJwk, await importSigningKey(privateJwk));
    await hub.#signList();
    await hub.publish();
    return hub;
  }

  /** Folder of a gate in Beijing that was enrolled here; {@link gateFiles} names its files. */
  async enrolGate(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'health-code-gate-'));
    const { certificate, key } = await this.members.issueClient({ role: 'checkpoint', province: BEIJING, name: 'gate' });
    const files = gateFiles(folder);
    writeFileSync(files.certificate, certificate);
    writeFileSync(files.key, key);
    writeFileSync(files.hubAuthority, this.servers.certificate);
    return folder;
  }

  /** What the person shows: green unless said otherwise. */
  async attest(sequence: number, status: '00' | '01' | '10' = '00'): Promise<string> {
    const now = nowSeconds();
    const claims = {
      issuer: GUIZHOU, subject: `1.${'A'.repeat(43)}`, sequence, issuedAt: now - 600, expiresAt: now + DAY, kind: 'health-status' as const, status, since: now - 3600,
      reason: 'REASON_NOT_STATED', rule: { id: 'guizhou-national', version: '1' }, authority: '520000', evidence: 'self-declared' as const,
      original: { system: 'national-code', field: 'status', value: status },
    };
    return (await signAttestation(claims, { maskedName: '测*' }, this.key, () => randomBytes(16).toString('base64url'))).presentation;
  }

  /** Publishes the package as it is now. */
  async publish(changes: Partial<PackageParts> = {}, madeAt = nowSeconds()): Promise<number> {
    const now = nowSeconds();
    const parts: PackageParts = {
      provinces: { provinces: [{ code: GUIZHOU, standing: 'admitted', keys: [{ jwk: this.publicJwk }], rules: [{ id: 'guizhou-national', version: '1' }], recognisers: [{ prefix: 'GZ:', infix: '', minLength: 4, maxLength: 64 }] }] },
      feeds: { feeds: [{ issuer: GUIZHOU, confirmedAt: now }] },
      policies: { freshness: structuredClone(FRESHNESS_POLICY), regional: [] },
      texts: { reasons: [], rules: [] },
      exceptions: { conflicts: [], equivocations: [], sources: [] },
      statusLists: { lists: [{ uri: LIST_URI, issuer: GUIZHOU, shard: 0, version: this.listVersion, issuedAt: now, size: SIZE, digest: await this.bits.digest() }] },
      ledger: { entries: 1, madeAt },
      ...changes,
    };
    return this.repository.publish(Object.fromEntries(PACKAGE_PARTS.map((part) => [PACKAGE_TARGET_NAMES[part], encodePackagePart(part, parts[part])])));
  }

  /** Sets a status in the province's list, and tells who follows; the delta. */
  async list(sequence: number, status: number): Promise<string> {
    const now = nowSeconds();
    this.bits.set(sequence - 1, status);
    this.listVersion += 1;
    const delta = await signStatusListDelta(
      { issuer: GUIZHOU, shard: 0, from: this.listVersion - 1, version: this.listVersion, issuedAt: now, expiresAt: now + 31 * DAY, size: SIZE, changes: [[sequence - 1, status]], digest: await this.bits.digest() },
      this.key,
    );
    await this.#signList();
    this.tell({ list: { issuer: GUIZHOU, token: delta, changedAtMs: Date.now() } });
    return delta;
  }

  /** Tells everybody who follows. */
  tell(message: v1.FollowStatusListsResponse.$Properties): void {
    for (const stream of this.streams) stream.write(message);
  }

  /** Begins to answer, at the addresses it had before if it had. */
  async start(): Promise<void> {
    if (this.url === '') this.url = await this.repository.start();
    const { certificate, key } = await this.servers.issueServer();
    const server = new Server();
    this.#server = server;
    const handlers = {
      FollowStatusLists: (stream: FollowStream): void => {
        if (this.refusal !== undefined) {
          this.refused += 1;
          stream.on('error', () => undefined);
          stream.emit('error', this.refusal);
          return;
        }
        this.streams.add(stream);
        stream.on('data', (message: v1.FollowStatusListsRequest) => this.applied.push(message));
        stream.on('end', () => stream.end());
        stream.on('close', () => this.streams.delete(stream));
        stream.on('error', () => this.streams.delete(stream));
      },
      VerifyCode: (call: ServerUnaryCall<v1.VerifyCodeRequest, v1.VerifyCodeResponse.$Properties>, callback: sendUnaryData<v1.VerifyCodeResponse.$Properties>): void => {
        this.asked.push(call.request);
        if (this.answer instanceof Error) callback(this.answer);
        else callback(null, this.answer);
      },
      GetPackageRoot: (_: ServerUnaryCall<object, object>, callback: sendUnaryData<v1.GetPackageRootResponse.$Properties>): void => callback(null, { root: this.repository.root() }),
      ReportChecks: (call: ServerUnaryCall<v1.ReportChecksRequest, v1.ReportChecksResponse.$Properties>, callback: sendUnaryData<v1.ReportChecksResponse.$Properties>): void => {
        this.reports.push(call.request);
        callback(null, { isRepetition: false });
      },
    };
    server.addService(Object.fromEntries(Object.entries(serviceDefinition(v1.Checkpoint)).filter(([name]) => name in handlers)), handlers);
    const pair = [{ cert_chain: certificate, private_key: key }];
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.address || '127.0.0.1:0', ServerCredentials.createSsl(this.members.certificate, pair, true), (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    this.address = `127.0.0.1:${String(port)}`;
  }

  /** Is away: neither calls nor files. */
  async stop(): Promise<void> {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.streams.clear();
    this.repository.meddle = (_, response) => {
      response.destroy();
      return true;
    };
    await Promise.resolve();
  }

  /** Is back where it was. */
  async restart(): Promise<void> {
    this.repository.meddle = undefined;
    await this.start();
  }

  async end(): Promise<void> {
    await this.stop();
    await this.repository.stop();
  }

  async #signList(): Promise<void> {
    const now = nowSeconds();
    this.#snapshot = await signStatusList(this.bits, { issuer: GUIZHOU, shard: 0, version: this.listVersion, issuedAt: now, expiresAt: now + 31 * DAY, ttl: 300 }, this.key);
    this.repository.put(`/status-lists/${GUIZHOU}/0`, this.#snapshot, 'application/statuslist+jwt');
    for (let after = 0; after <= this.listVersion; after += 1) this.repository.put(`/status-lists/${GUIZHOU}/0?after=${String(after)}`, this.#snapshot, 'application/statuslist+jwt');
  }
}

/** A refusal as gRPC carries one. */
export const refusedBy = (code: status, details: string): Error => Object.assign(new Error(details), { code, details });

/** Waits for something that comes by itself; fails after a while. */
export async function until(isSo: () => boolean | Promise<boolean>, ms = 8000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The first message of a stream that is about to come. */
export const nextOf = async <Message>(stream: NodeJS.EventEmitter): Promise<Message> => ((await once(stream, 'data')) as [Message])[0];

export type { ProvinceCode };
