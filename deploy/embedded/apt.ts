import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './postgres-binaries.js';

/** What apt is asked to bring. */
export interface AptRequest {
  readonly packages: readonly string[];
  /** Also everything they need that this machine does not have installed. */
  readonly withDependencies: boolean;
}

/** Where apt may write, and who hears of what takes time. */
export interface AptPlace {
  /** Folder that the packages come into. */
  readonly into: string;
  /** Folder for package lists of our own. */
  readonly state: string;
  /** Told one line each. */
  readonly announce: (line: string) => void;
}

/** Not a limit on slow lines, which apt's own timeouts watch: what still runs after this hangs. */
const END_WITHIN_MS = 1_200_000;
const PROGRESS_EVERY_MS = 3000;
const MEGABYTE = 1_000_000;

/** Runs a program to its end and returns its output, which is also the error's text. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // What apt prints is read: it must not be in the person's language.
    const child = spawn(command, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: END_WITHIN_MS, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
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

/** The packages themselves and, by a simulated installation, what they need beyond what is installed. */
async function resolve({ packages, withDependencies }: AptRequest, options: readonly string[], into: string): Promise<readonly string[]> {
  if (!withDependencies) return packages;
  const plan = await run('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', ...packages], into);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '');
  return [...new Set([...packages, ...missing])];
}

/** Bytes of all files of a folder, the half-loaded ones of its `partial` included. */
const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    // apt renames a file that is complete: it may be gone by now.
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);

async function fetchPackages(request: AptRequest, options: readonly string[], { into, announce }: AptPlace): Promise<void> {
  const packages = await resolve(request, options, into);
  const uris = await run('apt-get', [...options, '--print-uris', 'download', ...packages], into);
  const total = [...uris.matchAll(/^'\S+' \S+ (\d+)/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
  const begun = bytesIn(into);
  const progress = setInterval(() => {
    announce(`  ${((bytesIn(into) - begun) / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB`);
  }, PROGRESS_EVERY_MS);
  try {
    await run('apt-get', [...options, 'download', ...packages], into);
  } finally {
    clearInterval(progress);
  }
}

/** Downloads packages into a folder, as root or not; installs nothing. @throws Error that says what apt said */
export async function downloadPackages(request: AptRequest, place: AptPlace): Promise<void> {
  try {
    await fetchPackages(request, aptOptions(), place);
  } catch {
    // No package lists yet (a fresh container), or old ones that name versions the mirror has dropped: use lists of our own.
    place.announce('reading Debian\'s package lists');
    for (const folder of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(place.state, folder), { recursive: true });
    const options = aptOptions(place.state);
    await run('apt-get', [...options, 'update'], place.into);
    await fetchPackages(request, options, place);
  }
}
