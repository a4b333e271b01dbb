import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { DeploymentError } from './errors.js';
import { isRoot } from './postgres-binaries.js';

/** A program that Debian has and npm has not. */
export interface DebianProgram {
  readonly command: string;
  readonly package: string;
  /** Packages whose shared libraries it needs beyond libc. */
  readonly libraries?: readonly string[];
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

const FETCH_WITHIN_MS = 180_000;
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

/** Runs a program to its end; its output is the error's text. */
async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: FETCH_WITHIN_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')}: ${output.trim().split('\n').slice(-3).join(' ')}`));
    });
  });
}

/** apt settings that need neither root's lock files nor an account that could not enter a closed directory. */
function aptOptions(state?: string): readonly string[] {
  const settings = ['Debug::NoLocking=1', 'Acquire::Retries=1', 'Acquire::http::Timeout=20', 'Acquire::https::Timeout=20'];
  if (isRoot()) settings.push('APT::Sandbox::User=root');
  if (state !== undefined) settings.push(`Dir::State=${join(state, 'state')}`, `Dir::Cache=${join(state, 'cache')}`, 'Dir::State::status=/var/lib/dpkg/status');
  return settings.flatMap((setting) => ['-o', setting]);
}

async function download(packages: readonly string[], into: string, search: ProgramSearch): Promise<void> {
  try {
    await run('apt-get', [...aptOptions(), 'download', ...packages], into);
  } catch {
    // No package lists yet (a fresh container), or old ones that name versions the mirror has dropped: use lists of our own.
    search.announce('reading Debian\'s package lists');
    const state = join(search.cache, 'apt');
    for (const folder of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true });
    await run('apt-get', [...aptOptions(state), 'update'], into);
    await run('apt-get', [...aptOptions(state), 'download', ...packages], into);
  }
}

async function unpack(program: DebianProgram, target: string, search: ProgramSearch): Promise<void> {
  mkdirSync(search.cache, { recursive: true });
  const work = mkdtempSync(join(search.cache, 'incomplete-'));
  try {
    search.announce(`downloading Debian's package ${program.package} into ${search.cache} (unpacked there, not installed)`);
    await download([program.package, ...(program.libraries ?? [])], work, search);
    for (const archive of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, archive), join(work, 'root')], work);
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(join(work, 'root'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function libraryFolders(root: string): readonly string[] {
  const lib = join(root, 'usr', 'lib');
  if (!existsSync(lib)) return [];
  return [lib, ...readdirSync(lib, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(lib, entry.name))];
}

function findUnpacked(program: DebianProgram, root: string): FoundProgram | undefined {
  const path = findIn(['usr/sbin', 'usr/bin', 'bin'].map((folder) => join(root, folder)), program.command);
  if (path === undefined) return undefined;
  return { path, env: program.libraries === undefined ? {} : { LD_LIBRARY_PATH: libraryFolders(root).join(delimiter) } };
}

/**
 * The program from the search path, or from Debian's package unpacked into the cache: never installed, which would start a
 * service and need root.
 * @throws DeploymentError PACKAGE_UNAVAILABLE
 */
export async function findProgram(program: DebianProgram, search: ProgramSearch): Promise<FoundProgram> {
  const installed = findIn(search.path, program.command);
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
