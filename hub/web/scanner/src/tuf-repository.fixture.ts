const DAY_MS = 86_400_000;
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const sha256 = async (bytes: Uint8Array): Promise<string> => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));

/** Canonical JSON as TUF 1.0 signs it: members in the order of their names, no space, two characters escaped. */
function canonicalize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`;
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, member]) => `${canonicalize(name)}:${canonicalize(member)}`).join(',')}}`;
}

/** A key of a role, and how metadata names it. */
export interface RoleKey {
  readonly id: string;
  readonly described: object;
  readonly privateKey: CryptoKey;
}

/** A new key for a role. */
export async function makeRoleKey(): Promise<RoleKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const spki = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))));
  const described = { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n` } };
  return { id: await sha256(encode(canonicalize(described))), described, privateKey };
}

/** RFC 3279 2.2.3: SEQUENCE of two INTEGERs, as TUF's ECDSA signatures are. */
function toDer(raw: Uint8Array): Uint8Array {
  const integers = [raw.slice(0, 32), raw.slice(32)].flatMap((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const value = [...half.slice(first)];
    const positive = (value[0] ?? 0) >= 0x80 ? [0, ...value] : value;
    return [2, positive.length, ...positive];
  });
  return Uint8Array.from([0x30, integers.length, ...integers]);
}

async function sign(signed: object, keys: readonly RoleKey[]): Promise<Uint8Array> {
  const signatures = await Promise.all(
    keys.map(async ({ id, privateKey }) => {
      const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, encode(canonicalize(signed)) as Uint8Array<ArrayBuffer>);
      return { keyid: id, sig: hex(toDer(new Uint8Array(raw))) };
    }),
  );
  return encode({ signatures, signed });
}

/** How one generation differs from an honest one. */
export interface Publication {
  readonly expiresAt?: number;
  readonly signWith?: RoleKey;
}

/** A repository of a hub, as files by their path, and the `fetch` that answers by them. */
export class TestRepository {
  readonly files = new Map<string, Uint8Array>();
  readonly asked: string[] = [];
  isAway = false;
  #version = 0;
  #rootVersion = 0;

  private constructor(
    private rootKeys: readonly RoleKey[],
    private online: RoleKey,
  ) {}

  static async make(): Promise<TestRepository> {
    const repository = new TestRepository([await makeRoleKey()], await makeRoleKey());
    await repository.publishRoot(repository.rootKeys, repository.online, []);
    return repository;
  }

  /** root.json as a device pins it. */
  get root(): string {
    return new TextDecoder().decode(this.files.get(`/package/metadata/${String(this.#rootVersion)}.root.json`));
  }

  /** The next root, signed by its own keys and by `formerKeys`: those of the one before where nothing else is said. */
  async publishRoot(rootKeys: readonly RoleKey[], online: RoleKey, formerKeys = this.rootKeys): Promise<void> {
    this.#rootVersion += 1;
    const role = (keys: readonly RoleKey[]): object => ({ keyids: keys.map(({ id }) => id), threshold: 1 });
    const keys = Object.fromEntries([...rootKeys, online].map(({ id, described }) => [id, described]));
    const roles = { root: role(rootKeys), timestamp: role([online]), snapshot: role([online]), targets: role([online]) };
    const signed = { _type: 'root', spec_version: '1.0.31', version: this.#rootVersion, expires: new Date(Date.now() + 365 * DAY_MS).toISOString(), consistent_snapshot: true, keys, roles };
    this.files.set(`/package/metadata/${String(this.#rootVersion)}.root.json`, await sign(signed, [...rootKeys, ...formerKeys]));
    this.rootKeys = rootKeys;
    this.online = online;
  }

  /** The next generation of these targets. */
  async publish(targets: Readonly<Record<string, string>>, { expiresAt = Date.now() + DAY_MS, signWith = this.online }: Publication = {}): Promise<void> {
    this.#version += 1;
    const version = this.#version;
    const terms = { spec_version: '1.0.31', version, expires: new Date(expiresAt).toISOString() };
    const listed: Record<string, object> = {};
    for (const [name, text] of Object.entries(targets)) {
      const digest = await sha256(encode(text));
      listed[name] = { length: encode(text).length, hashes: { sha256: digest } };
      this.files.set(`/package/targets/${digest}.${name}`, encode(text));
    }
    const meta = async (bytes: Uint8Array): Promise<object> => ({ version, length: bytes.length, hashes: { sha256: await sha256(bytes) } });
    const targetsFile = await sign({ _type: 'targets', ...terms, targets: listed }, [signWith]);
    const snapshot = await sign({ _type: 'snapshot', ...terms, meta: { 'targets.json': await meta(targetsFile) } }, [signWith]);
    this.files.set(`/package/metadata/${String(version)}.targets.json`, targetsFile);
    this.files.set(`/package/metadata/${String(version)}.snapshot.json`, snapshot);
    this.files.set('/package/metadata/timestamp.json', await sign({ _type: 'timestamp', ...terms, meta: { 'snapshot.json': await meta(snapshot) } }, [signWith]));
  }

  /** Answers by the files; rejects as a browser does while the hub is away. */
  readonly fetch = (input: string | URL | Request): Promise<Response> => {
    if (this.isAway) return Promise.reject(new TypeError('Failed to fetch'));
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    this.asked.push(pathname);
    const file = this.files.get(pathname);
    const headers = { date: new Date().toUTCString(), 'content-type': 'application/json' };
    return Promise.resolve(file === undefined ? new Response('{}', { status: 404, headers }) : new Response(file as Uint8Array<ArrayBuffer>, { headers }));
  };
}
