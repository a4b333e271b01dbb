import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Key, MetaFile, Metadata, Root, Signature, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A key of a role. */
export interface RoleKey {
  readonly key: Key;
  readonly privateKey: KeyObject;
}

export function makeRoleKey(): RoleKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyVal = { public: publicKey.export({ type: 'spki', format: 'pem' }) as string };
  const keyID = createHash('sha256').update(keyVal.public).digest('hex');
  return { key: new Key({ keyID, keyType: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyVal }), privateKey };
}

type AnyMetadata = Metadata<Root> | Metadata<Targets> | Metadata<Snapshot> | Metadata<Timestamp>;

const signer = ({ key, privateKey }: RoleKey) => (data: Buffer): Signature => new Signature({ keyID: key.keyID, sig: sign('sha256', data, privateKey).toString('hex') });
const bytesOf = (metadata: AnyMetadata): Buffer => Buffer.from(JSON.stringify(metadata.toJSON()));

/** How a publication differs from a good one. */
export interface PublishOptions {
  readonly targetsVersion?: number;
  readonly timestampVersion?: number;
  readonly expiresAt?: number;
  readonly signWith?: RoleKey;
}

/** A TUF repository of a test, as the hub serves one: `/package/metadata/…`, `/package/targets/<sha256>.<name>`. */
export class TestRepository {
  readonly files = new Map<string, { body: Buffer; type?: string }>();
  /** Called before each answer; true where it has answered by itself. */
  meddle: ((path: string, response: import('node:http').ServerResponse) => boolean) | undefined;
  readonly asked: string[] = [];
  rootKeys: RoleKey[] = [makeRoleKey(), makeRoleKey()];
  online = makeRoleKey();
  version = 0;
  rootVersion = 0;
  #server: Server | undefined;

  constructor() {
    this.publishRoot();
  }

  /** The next root, signed by the keys of the former one too. */
  publishRoot(next: { readonly rootKeys?: RoleKey[]; readonly online?: RoleKey } = {}, signers?: readonly RoleKey[]): Buffer {
    const former = this.rootVersion === 0 ? [] : this.rootKeys;
    this.rootKeys = next.rootKeys ?? this.rootKeys;
    this.online = next.online ?? this.online;
    this.rootVersion += 1;
    const root = new Root({ version: this.rootVersion, specVersion: '1.0.31', expires: iso(Date.now() + 365 * DAY_MS), consistentSnapshot: true });
    for (const { key } of this.rootKeys) root.addKey(key, 'root');
    for (const role of ['timestamp', 'snapshot', 'targets']) root.addKey(this.online.key, role);
    const metadata = new Metadata(root);
    for (const one of signers ?? new Set([...former, ...this.rootKeys])) metadata.sign(signer(one));
    const body = bytesOf(metadata);
    this.put(`/package/metadata/${String(this.rootVersion)}.root.json`, body);
    return body;
  }

  root(version = 1): Buffer {
    return this.files.get(`/package/metadata/${String(version)}.root.json`)!.body;
  }

  put(path: string, body: Buffer | string, type?: string): void {
    this.files.set(path, { body: Buffer.from(body), ...(type === undefined ? {} : { type }) });
  }

  /** Publishes these files as the next version. */
  publish(targets: Readonly<Record<string, Uint8Array | string>>, options: PublishOptions = {}): number {
    this.version += 1;
    const version = options.targetsVersion ?? this.version;
    const key = options.signWith ?? this.online;
    const expires = iso(options.expiresAt ?? Date.now() + DAY_MS);
    const common = { specVersion: '1.0.31', expires };
    const listed = Object.entries(targets).map(([path, content]) => {
      const body = Buffer.from(content);
      const sha256 = createHash('sha256').update(body).digest('hex');
      this.put(`/package/targets/${sha256}.${path}`, body);
      return [path, new TargetFile({ path, length: body.length, hashes: { sha256 } })] as const;
    });
    const signed = (metadata: AnyMetadata): Buffer => {
      metadata.sign(signer(key));
      return bytesOf(metadata);
    };
    const meta = (body: Buffer): MetaFile => new MetaFile({ version, length: body.length, hashes: { sha256: createHash('sha256').update(body).digest('hex') } });
    const targetsBody = signed(new Metadata(new Targets({ ...common, version, targets: Object.fromEntries(listed) })));
    const snapshotBody = signed(new Metadata(new Snapshot({ ...common, version, meta: { 'targets.json': meta(targetsBody) } })));
    const timestamp = new Timestamp({ ...common, version: options.timestampVersion ?? version, snapshotMeta: meta(snapshotBody) });
    this.put(`/package/metadata/${String(version)}.targets.json`, targetsBody);
    this.put(`/package/metadata/${String(version)}.snapshot.json`, snapshotBody);
    this.put('/package/metadata/timestamp.json', signed(new Metadata(timestamp)));
    return version;
  }

  /** Serves it; the URL. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      if (this.meddle?.(path, response) === true) return;
      const file = this.files.get(path);
      if (file === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': file.type ?? 'application/octet-stream', 'content-length': file.body.length }).end(file.body);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
    this.#server = undefined;
  }
}
