import { AttestationError, PACKAGE_TARGET_MAX_BYTES, PACKAGE_TARGET_NAMES, parseStatusListUri, type PackageListing, type PackageSource, type TargetDescription } from '@health-code/attestation';
import { z } from 'zod';
import { boundedTufClient } from './bounded-tuf-client.js';
import { fetchBounded } from './fetch-bounded.js';
import { MetadataDraft } from './metadata-draft.js';
import { packageError } from './package-failure.js';
import type { PackageTrust, TrustStore } from './package-trust.js';

const LEDGER = PACKAGE_TARGET_NAMES.ledger;
/** Far above a list of a million entries: its 256 KiB, or less, in base64url. */
const LIST_MAX_BYTES = 8 * 1024 * 1024;
/** Metadata names some ten targets. */
const METADATA_MAX_BYTES = 512 * 1024;

const EXPIRES = z.object({ signed: z.object({ expires: z.iso.datetime() }) });
const TARGETS = z.object({
  signed: z.object({
    version: z.int().positive(),
    targets: z.record(z.string(), z.object({ length: z.int().nonnegative().max(PACKAGE_TARGET_MAX_BYTES), hashes: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) })),
  }),
});
const MADE_AT = z.object({ madeAt: z.int().positive() });
const DELTAS = z.strictObject({ deltas: z.array(z.string()) });

function parse<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AttestationError('PACKAGE_INVALID', `${what} is not of the form that it must have`, { cause });
  }
}

/** What a source needs. */
export interface BrowserPackageSourceOptions {
  /** Of the page: the hub that served it. */
  readonly origin: string;
  /** root.json as it was pinned when the device was enrolled; `undefined` where the hub has published none yet. */
  readonly findPinnedRoot: () => Promise<string | undefined>;
  readonly store: TrustStore;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** The offline package as the hub publishes it, after the rules of The Update Framework 1.0; accepted metadata is kept before anything it names is fetched. */
export class BrowserPackageSource implements PackageSource {
  readonly #options: BrowserPackageSourceOptions;
  #targets: ReadonlyMap<string, TargetDescription> = new Map();
  /** Fetched with the listing, verified. */
  #ledger: { readonly sha256: string; readonly bytes: Uint8Array } | undefined;
  /** Seconds by which the hub's clock was ahead when it answered last. */
  #ahead: number | undefined;
  /** As accepted last; also where there was no room to keep it. */
  #accepted: PackageTrust | undefined;

  constructor(options: BrowserPackageSourceOptions) {
    this.#options = options;
  }

  /** Seconds since the epoch by the hub's clock, now: by how much it differed when the hub answered last. */
  serverTime(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#options.now() + this.#ahead;
  }

  /** @throws {AttestationError} PACKAGE_UNREACHABLE, PACKAGE_TOO_LARGE, PACKAGE_TRUNCATED, PACKAGE_INVALID, PACKAGE_SIGNATURE_INVALID, PACKAGE_ROLLED_BACK, PACKAGE_EXPIRED */
  async refresh(): Promise<PackageListing> {
    const { targets } = await this.#acceptMetadata();
    const { signed } = parse(TARGETS, targets ?? '', 'targets.json');
    this.#targets = new Map(Object.entries(signed.targets).map(([name, { length, hashes }]) => [name, { sha256: hashes.sha256, length }]));
    // When it was made is said by what it holds: metadata says only when it ends.
    const ledger = await this.#fetchLedger();
    const { madeAt } = parse(MADE_AT, textOf(ledger), 'ledger.json');
    return { version: signed.version, madeAt, targets: this.#targets };
  }

  /** Unverified: whoever asks compares it with the listing. @throws {AttestationError} PACKAGE_UNREACHABLE, PACKAGE_TOO_LARGE, PACKAGE_INVALID */
  async fetchTarget(name: string): Promise<Uint8Array> {
    const target = this.#targets.get(name);
    if (target !== undefined && this.#ledger?.sha256 === target.sha256) return this.#ledger.bytes;
    if (target === undefined) throw new AttestationError('PACKAGE_INVALID', 'the package names no file of that name');
    return (await this.#fetch(`/package/targets/${target.sha256}.${encodeURIComponent(name)}`, target.length)).bytes;
  }

  /** JWT with `typ` statuslist+jwt, unverified. @throws {AttestationError} PACKAGE_UNREACHABLE, PACKAGE_TOO_LARGE, PACKAGE_INVALID */
  async fetchList(uri: string): Promise<string> {
    return textOf((await this.#fetch(listPath(uri), LIST_MAX_BYTES)).bytes);
  }

  /** What leads on from version `after`, unverified. @throws {AttestationError} as {@link fetchList} */
  async fetchDeltas(uri: string, after: number): Promise<{ readonly deltas: readonly string[] } | { readonly snapshot: string }> {
    const { bytes, contentType } = await this.#fetch(`${listPath(uri)}?after=${String(after)}`, LIST_MAX_BYTES);
    if (contentType !== 'application/json') return { snapshot: textOf(bytes) };
    return parse(DELTAS, textOf(bytes), 'the answer to what changed in a list');
  }

  async #acceptMetadata(): Promise<PackageTrust> {
    const { origin, findPinnedRoot, store, now } = this.#options;
    const pinnedRoot = await findPinnedRoot();
    if (pinnedRoot === undefined) throw new AttestationError('PACKAGE_UNREACHABLE', 'the hub has named no root of trust yet');
    const held = this.#accepted ?? (await store.read());
    const draft = new MetadataDraft(held);
    const fetchFile = async (name: string): Promise<Uint8Array> => (await this.#fetch(`/package/metadata/${name}`, METADATA_MAX_BYTES)).bytes;
    const client = boundedTufClient({ url: `${origin}/package`, pinnedRoot, backend: draft, fetchFile });
    try {
      await client.updateTUF();
      requireInTerm(draft.trust, now());
    } catch (error) {
      // TUF 1.0, 5.3.8: a root that was accepted counts, whatever became of the rest.
      const { root } = draft.trust;
      if (root !== undefined && root !== held?.root) await this.#keep({ ...held, root });
      throw packageError(error);
    }
    if (draft.differsFrom(held)) await this.#keep(draft.trust);
    return draft.trust;
  }

  /** Without room a device goes on until its page is closed: the package's own store says so, and its version still keeps it from going back. */
  async #keep(trust: PackageTrust): Promise<void> {
    this.#accepted = trust;
    await this.#options.store.replace(trust).catch(() => undefined);
  }

  async #fetchLedger(): Promise<Uint8Array> {
    const sha256 = this.#targets.get(LEDGER)?.sha256 ?? '';
    const bytes = await this.fetchTarget(LEDGER);
    if ((await hexDigest(bytes)) !== sha256) throw new AttestationError('PACKAGE_INVALID', 'ledger.json is not what is listed');
    this.#ledger = { sha256, bytes };
    return bytes;
  }

  #fetch(path: string, limit: number): ReturnType<typeof fetchBounded> {
    return fetchBounded(this.#options.origin + path, limit, (response) => {
      const date = Date.parse(response.headers.get('date') ?? '');
      if (Number.isFinite(date)) this.#ahead = Math.floor(date / 1000) - this.#options.now();
    });
  }
}

/** The library looks at the term of what is new alone: who serves the same for ever would freeze us unseen. */
function requireInTerm({ timestamp, snapshot, targets }: PackageTrust, now: number): void {
  for (const text of [timestamp, snapshot, targets]) {
    const { signed } = parse(EXPIRES, text ?? '', 'metadata');
    if (!(Date.parse(signed.expires) / 1000 > now)) throw new AttestationError('PACKAGE_EXPIRED', 'metadata is past its signed term');
  }
}

async function hexDigest(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function listPath(uri: string): string {
  const place = parseStatusListUri(uri);
  if (place === undefined) throw new AttestationError('PACKAGE_INVALID', 'the package names a list by what is no list’s name');
  return `/status-lists/${place.issuer}/${String(place.shard)}`;
}
