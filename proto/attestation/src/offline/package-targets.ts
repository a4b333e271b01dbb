import { AttestationError } from '../errors.js';
import type { SignaturePlatform } from '../signature-platform.js';
import { PACKAGE_PARTS, PACKAGE_TARGET_MAX_BYTES, PACKAGE_TARGET_NAMES, PACKAGE_TARGETS, parsePackagePart, type PackageParts } from './package-parts.js';
import type { PackageListing, PackageSource, StoredTarget, TargetDescription } from './package-ports.js';

/** By the name of the target. */
export type StoredTargets = ReadonlyMap<string, StoredTarget>;

/** Every target of a listing. */
export interface FetchedTargets {
  /** Those held themselves where nothing was fetched. */
  readonly targets: StoredTargets;
  /** Of what was not held already. */
  readonly fetchedBytes: number;
}

/**
 * The targets of a listing: those held already as they are, the others fetched and compared with what the signed listing says.
 *
 * @throws {AttestationError} PACKAGE_INVALID where the listing lacks one, PACKAGE_TRUNCATED where what came is not what it was to be.
 * Whatever the source throws is thrown on.
 */
export async function fetchTargets(
  source: Pick<PackageSource, 'fetchTarget'>,
  listing: PackageListing,
  held: StoredTargets | undefined,
  platform: SignaturePlatform,
): Promise<FetchedTargets> {
  let fetchedBytes = 0;
  const fetchOne = async (name: string): Promise<readonly [string, StoredTarget]> => {
    const described = listing.targets.get(name);
    if (described === undefined || described.length > PACKAGE_TARGET_MAX_BYTES) throw invalid(`${name} is not listed, or too long`);
    const former = held?.get(name);
    if (former?.sha256 === described.sha256 && former.length === described.length) return [name, former];
    const bytes = await source.fetchTarget(name);
    await requireAsDescribed(name, bytes, described, platform);
    fetchedBytes += bytes.length;
    return [name, { sha256: described.sha256, length: described.length, bytes }];
  };
  const targets = new Map(await Promise.all(PACKAGE_TARGETS.map(fetchOne)));
  return { targets: held !== undefined && fetchedBytes === 0 ? held : targets, fetchedBytes };
}

/**
 * The parts out of targets that were kept.
 *
 * @throws {AttestationError} PACKAGE_INVALID, PACKAGE_TRUNCATED
 */
export async function openTargets(targets: StoredTargets, platform: SignaturePlatform): Promise<PackageParts> {
  for (const [name, target] of targets) await requireAsDescribed(name, target.bytes, target, platform);
  return readParts(targets);
}

/** The parts of targets that are what their listing says. @throws {AttestationError} PACKAGE_INVALID */
export function readParts(targets: StoredTargets): PackageParts {
  const parsed = PACKAGE_PARTS.map((part) => {
    const target = targets.get(PACKAGE_TARGET_NAMES[part]);
    if (target === undefined) throw invalid(`${PACKAGE_TARGET_NAMES[part]} is missing`);
    return [part, parsePackagePart(part, target.bytes)] as const;
  });
  return Object.fromEntries(parsed) as unknown as PackageParts;
}

async function requireAsDescribed(name: string, bytes: Uint8Array, { sha256, length }: TargetDescription, platform: SignaturePlatform): Promise<void> {
  if (bytes.length !== length || hexOf(await platform.sha256(bytes)) !== sha256) throw new AttestationError('PACKAGE_TRUNCATED', `${name} is not what is listed`);
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const invalid = (message: string): AttestationError => new AttestationError('PACKAGE_INVALID', message);
