import { createHash } from 'node:crypto';
import { AttestationError, PACKAGE_TARGET_MAX_BYTES, parseStatusListUri, type PackageListing, type PackageSource, type TargetDescription } from '@health-code/attestation';
import { z } from 'zod';
import type { HubFile, HubFiles } from './hub-files.js';
import { TrustedMetadata } from './trusted-metadata.js';

/** Far above a list of a million entries: its 256 KiB, or less, in base64url. */
const LIST_MAX_BYTES = 8 * 1024 * 1024;

const TARGETS = z.object({
  signed: z.object({
    version: z.int().positive(),
    targets: z.record(z.string(), z.object({ length: z.int().nonnegative().max(PACKAGE_TARGET_MAX_BYTES), hashes: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) })),
  }),
});
const MADE_AT = z.object({ madeAt: z.int().positive() });
const DELTAS = z.strictObject({ deltas: z.array(z.string()) });

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array | string, what: string): T {
  try {
    return schema.parse(JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new AttestationError('PACKAGE_INVALID', `${what} is not of the form that it must have`, { cause });
  }
}

/** What a source is made of. */
export interface TufPackageSourceOptions {
  readonly files: HubFiles;
  /** Where what was accepted is kept; its owner's alone. */
  readonly folder: string;
  /** root.json as it was pinned when the device was enrolled. */
  readonly pinnedRoot: Uint8Array;
}

/**
 * The offline package as the hub publishes it. Its metadata are accepted after the rules of The Update Framework, and are on disk
 * before anything that they name is fetched: not even a hub that is asked again after a crash can go back.
 */
export class TufPackageSource implements PackageSource {
  readonly #files: HubFiles;
  readonly #metadata: TrustedMetadata;
  #targets: ReadonlyMap<string, TargetDescription> = new Map();

  constructor({ files, folder, pinnedRoot }: TufPackageSourceOptions) {
    this.#files = files;
    this.#metadata = new TrustedMetadata(folder, pinnedRoot);
  }

  /** Seconds since the epoch by the hub's clock, now, as far as its last answer tells. */
  serverTime(): number | undefined {
    return this.#files.serverTime();
  }

  /** @throws AttestationError as {@link TrustedMetadata.update}, and as {@link fetchTarget} */
  async refresh(): Promise<PackageListing> {
    const accepted = await this.#metadata.update(this.#files);
    const { signed } = parse(TARGETS, accepted.targets ?? '', 'targets.json');
    this.#targets = new Map(Object.entries(signed.targets).map(([name, { length, hashes }]) => [name, { sha256: hashes.sha256, length }]));
    // When it was made is said by what it holds: metadata say only when they end.
    const { madeAt } = parse(MADE_AT, await this.fetchTarget('ledger.json'), 'ledger.json');
    return { version: signed.version, madeAt, targets: this.#targets };
  }

  /** @throws AttestationError PACKAGE_UNREACHABLE, PACKAGE_TRUNCATED, PACKAGE_SIGNATURE_INVALID, PACKAGE_INVALID where no such file was signed */
  async fetchTarget(name: string): Promise<Uint8Array> {
    const target = this.#targets.get(name);
    if (target === undefined) throw new AttestationError('PACKAGE_INVALID', 'the package names no file of that name');
    const { body } = await this.#files.getExisting(`/package/targets/${target.sha256}.${encodeURIComponent(name)}`, target.length);
    if (body.length < target.length) throw new AttestationError('PACKAGE_TRUNCATED', 'a file of the package is shorter than what was signed');
    if (createHash('sha256').update(body).digest('hex') !== target.sha256) throw new AttestationError('PACKAGE_SIGNATURE_INVALID', 'a file of the package is not what was signed');
    return body;
  }

  /**
   * JWT with `typ` statuslist+jwt, unverified.
   * @throws AttestationError PACKAGE_UNREACHABLE, PACKAGE_TRUNCATED, PACKAGE_INVALID; STATUS_LIST_INVALID where the hub has no such list: the
   *   others are brought up to date all the same
   */
  async fetchList(uri: string): Promise<string> {
    const { body } = await this.#getList(listPath(uri));
    return body.toString('latin1');
  }

  /** What leads on from version `after`, unverified. @throws AttestationError as {@link fetchList} */
  async fetchDeltas(uri: string, after: number): Promise<{ deltas: readonly string[] } | { snapshot: string }> {
    const { contentType, body } = await this.#getList(`${listPath(uri)}?after=${String(after)}`);
    if (contentType !== 'application/json') return { snapshot: body.toString('latin1') };
    return parse(DELTAS, body, 'the answer to what changed in a list');
  }

  async #getList(path: string): Promise<HubFile> {
    const file = await this.#files.get(path, LIST_MAX_BYTES);
    if (file.status === 404) throw new AttestationError('STATUS_LIST_INVALID', 'the hub does not hand out a list that the package names');
    if (file.status !== 200) throw new AttestationError('PACKAGE_UNREACHABLE', `the hub answered ${String(file.status)}`);
    return file;
  }
}

function listPath(uri: string): string {
  const place = parseStatusListUri(uri);
  if (place === undefined) throw new AttestationError('PACKAGE_INVALID', 'the package names a list by what is no list’s name');
  return `/status-lists/${place.issuer}/${String(place.shard)}`;
}
