import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { downloadPackages, run } from './apt.js';
import { DeploymentError } from './errors.js';

/** A program that Debian has and npm has not. */
export interface DebianProgram {
  readonly command: string;
  readonly package: string;
  /** Packages whose shared libraries it needs beyond libc; or `all-missing`: whatever this machine has not installed. */
  readonly libraries?: readonly string[] | 'all-missing';
  /** Other names it goes by on a search path. */
  readonly otherCommands?: readonly string[];
  /** Where the package keeps it, for a program that Debian wraps in a script with absolute paths. */
  readonly executable?: string;
}

/** A program that can be run. */
export interface FoundProgram {
  readonly path: string;
  /** What to add to its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How to look for a program. */
export interface ProgramSearch {
  /** Folder, ignored by git, that packages are unpacked into. */
  readonly cache: string;
  /** Folders to look in first. */
  readonly path: readonly string[];
  /** Told what takes time, one line each. */
  readonly announce: (line: string) => void;
}

/** The NATS server with JetStream. */
export const NATS_SERVER: DebianProgram = { command: 'nats-server', package: 'nats-server' };

/** The HTTP/2 load generator of nghttp2. */
export const H2LOAD: DebianProgram = {
  command: 'h2load',
  package: 'nghttp2-client',
  libraries: ['libev4', 'libjansson4', 'libjemalloc2', 'libnghttp2-14', 'libc-ares2'],
};

/** The browser. Its own package's dependencies are too many, and change too often, to be listed here. */
export const CHROMIUM: DebianProgram = {
  command: 'chromium',
  package: 'chromium',
  libraries: 'all-missing',
  otherCommands: ['chromium-browser', 'google-chrome', 'google-chrome-stable'],
  executable: 'usr/lib/chromium/chromium',
};

/** A program may bring some 200 packages, about half a minute of work: one line for each so many of them. */
const ARCHIVES_PER_LINE = 20;
/** An ordinary user's PATH often lacks these. */
const SYSTEM_PROGRAMS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The folders of an environment's PATH and those of system programs. */
export const programPath = (path: string | undefined): readonly string[] => [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...SYSTEM_PROGRAMS];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const findIn = (folders: readonly string[], command: string): string | undefined =>
  folders.map((folder) => join(folder, command)).find(isExecutable);

async function unpack(program: DebianProgram, target: string, search: ProgramSearch): Promise<void> {
  mkdirSync(search.cache, { recursive: true });
  const work = mkdtempSync(join(search.cache, 'incomplete-'));
  try {
    search.announce(`downloading Debian's package ${program.package} into ${search.cache} (unpacked there, not installed)`);
    const { libraries = [] } = program;
    const withDependencies = libraries === 'all-missing';
    const request = { packages: [program.package, ...(withDependencies ? [] : libraries)], withDependencies };
    await downloadPackages(request, { into: work, state: join(search.cache, 'apt'), announce: search.announce });
    const archives = readdirSync(work).filter((name) => name.endsWith('.deb'));
    for (const [index, archive] of archives.entries()) {
      if (index % ARCHIVES_PER_LINE === ARCHIVES_PER_LINE - 1) search.announce(`  unpacking ${String(index + 1)} of ${String(archives.length)} packages`);
      await run('dpkg-deb', ['-x', join(work, archive), join(work, 'root')], work);
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(join(work, 'root'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Every folder with a shared library: below `lib` too, and the private ones that only some libraries look into. */
function libraryFolders(root: string): readonly string[] {
  const libraries = ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => /\.so(\.|$)/.test(entry.name));
  return [...new Set(libraries.map((entry) => entry.parentPath))];
}

function findUnpacked(program: DebianProgram, root: string): FoundProgram | undefined {
  const places = program.executable === undefined ? ['usr/sbin', 'usr/bin', 'bin'].map((folder) => join(folder, program.command)) : [program.executable];
  const path = places.map((place) => join(root, place)).find(isExecutable);
  return path === undefined ? undefined : { path, env: program.libraries === undefined ? {} : { LD_LIBRARY_PATH: libraryFolders(root).join(delimiter) } };
}

/**
 * The program from the search path, or from Debian's package unpacked into the cache: never installed, which would start a
 * service and need root.
 * @throws DeploymentError PACKAGE_UNAVAILABLE
 */
export async function findProgram(program: DebianProgram, search: ProgramSearch): Promise<FoundProgram> {
  const installed = [program.command, ...(program.otherCommands ?? [])].map((command) => findIn(search.path, command)).find((path) => path !== undefined);
  if (installed !== undefined) return { path: installed, env: {} };
  const root = join(search.cache, program.package);
  const before = findUnpacked(program, root);
  if (before !== undefined) return before;
  const advice = `install ${program.command} (Debian and Ubuntu: apt-get install ${program.package}) so that it is on the PATH`;
  if (findIn(search.path, 'apt-get') === undefined || findIn(search.path, 'dpkg-deb') === undefined) {
    throw new DeploymentError('PACKAGE_UNAVAILABLE', `${program.command} is not on this machine and there is no apt to fetch it with: ${advice}`);
  }
  try {
    await unpack(program, root, search);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DeploymentError('PACKAGE_UNAVAILABLE', `${program.command} is not on this machine and could not be downloaded (${said}): ${advice}`, { cause });
  }
  const found = findUnpacked(program, root);
  if (found === undefined) throw new DeploymentError('PACKAGE_UNAVAILABLE', `Debian's package ${program.package} holds no ${program.command} at ${dirname(root)}: ${advice}`);
  return found;
}
