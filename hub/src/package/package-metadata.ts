import { createHash } from 'node:crypto';
import { MetaFile, Metadata, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import type { PackageKey } from './package-key.js';
import type { PackageGeneration } from './package-repository.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Seconds after which a client refuses what was made: long enough for a weekend without a hub's staff, short enough that a freeze shows. */
export const METADATA_LIFETIME = { timestamp: DAY, snapshot: 7 * DAY, targets: 7 * DAY } as const;

/** What the repository consists of before it is signed. */
export interface UnsignedGeneration {
  readonly version: number;
  /** Seconds since the epoch. */
  readonly madeAt: number;
  /** By target name, for example `provinces.json`. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** RFC 3339 without a fraction, as TUF 1.0, 4.3 writes an expiry. */
const instant = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** Path of a target below `/package/`: with its digest in the name, so that a client never meets a newer content under an older name. */
export const targetPath = (name: string, content: Uint8Array): string => `targets/${sha256(content)}.${name}`;

/**
 * Signs one version of the repository: targets, snapshot and timestamp of the same number (TUF 1.0, 4.4 to 4.6).
 */
export function signGeneration({ version, madeAt, targets }: UnsignedGeneration, key: PackageKey): PackageGeneration {
  const files = new Map<string, Uint8Array>();
  const terms = (lifetime: number) => ({ version, specVersion: '1.0.31', expires: instant(madeAt + lifetime) });
  const add = (path: string, metadata: Metadata<Targets> | Metadata<Snapshot> | Metadata<Timestamp>): Uint8Array => {
    metadata.sign((bytes) => key.sign(bytes));
    const content = Buffer.from(JSON.stringify(metadata.toJSON()), 'utf8');
    files.set(path, content);
    return content;
  };
  const metaFile = (content: Uint8Array): MetaFile => new MetaFile({ version, length: content.length, hashes: { sha256: sha256(content) } });

  const listed: Record<string, TargetFile> = {};
  for (const [name, content] of targets) {
    listed[name] = new TargetFile({ path: name, length: content.length, hashes: { sha256: sha256(content) } });
    files.set(targetPath(name, content), content);
  }
  const signedTargets = add(`metadata/${String(version)}.targets.json`, new Metadata(new Targets({ ...terms(METADATA_LIFETIME.targets), targets: listed })));
  const snapshot = new Snapshot({ ...terms(METADATA_LIFETIME.snapshot), meta: { 'targets.json': metaFile(signedTargets) } });
  const signedSnapshot = add(`metadata/${String(version)}.snapshot.json`, new Metadata(snapshot));
  add('metadata/timestamp.json', new Metadata(new Timestamp({ ...terms(METADATA_LIFETIME.timestamp), snapshotMeta: metaFile(signedSnapshot) })));
  return { version, madeAt, files };
}
