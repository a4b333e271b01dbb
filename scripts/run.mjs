// Run by every npm command (`npm start` is `node scripts/run.mjs start`): installs and builds what is missing, then runs the command.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
/** Digest of the sources of the last build that went well. */
const STAMP = join(checkout, 'node_modules', '.build-stamp');
const HEARTBEAT_MS = 3000;

/** One line for every command; the commands themselves say more with --help. */
const COMMANDS = {
  start: 'start everything on this machine and walk a traveller through (-- --once to exit after the walk)',
  test: 'run everything that must pass (-- --only unit, and so on)',
  reset: 'remove the data that `npm start` and `npm run country` keep',
  country: 'start all 32 provinces and let people travel (-- --once to check every pair and exit)',
  verify: 'check what a traveller shows, at the hub or without a network (-- --offline, --update, --report)',
  sidecar: 'verify beside a gate, with and without a network',
  bench: 'measure speed beside a floor measured in the same run',
  'new-province': 'make the folder of another province',
  province: 'join, stay and leave, as a province (-- apply, keys, conformance, status and so on)',
  operator: 'invite, admit and suspend provinces, and see who recognises whom (-- matrix)',
  story: 'walk one province from invitation to recognition (-- joining), or a gate through an hour without a network (-- offline)',
};

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = OLDEST_NODE;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    fail(`Node ${process.versions.node} is too old: version ${OLDEST_NODE.join('.')} or newer is needed.`);
  }
}

/** @param {string} file @returns {string} */
const readOrEmpty = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Runs npm and says every few seconds that it still runs. @param {string[]} args @param {string} what @returns {Promise<boolean>} */
async function npm(args, what) {
  // The npm that runs us, where one does.
  const cli = process.env['npm_execpath'];
  const [command, all] = cli?.endsWith('.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
  const begun = Date.now();
  const elapsed = () => `${((Date.now() - begun) / 1000).toFixed(0)} s`;
  console.error(`${what} …`);
  const heartbeat = setInterval(() => console.error(`${what} … ${elapsed()}`), HEARTBEAT_MS);
  const child = spawn(command, all, { cwd: checkout, stdio: ['ignore', 2, 2], shell: command === 'npm' && process.platform === 'win32' });
  const status = await new Promise((resolve) => child.once('error', () => resolve(1)).once('exit', resolve));
  clearInterval(heartbeat);
  console.error(status === 0 ? `${what}: done in ${elapsed()}` : `${what} failed: what is printed above says why.`);
  return status === 0;
}

/**
 * Whether what npm says it installed is what the lockfile asks for. Packages for other machines may be missing.
 * @returns {boolean}
 */
function isInstalled() {
  /** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} Packages */
  const asked = /** @type {Packages} */ (JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')).packages);
  const record = readOrEmpty(join(checkout, 'node_modules', '.package-lock.json'));
  if (record === '') return false;
  const installed = /** @type {Packages} */ (JSON.parse(record).packages);
  return Object.entries(asked).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return found.version === wanted.version;
  });
}

async function installIfNeeded() {
  if (isInstalled()) return;
  // Not `npm ci`: it refuses the lockfile where a registry lacks an optional package for some other machine. `npm install` keeps
  // to the lockfile too, `--no-save` leaves it as it is, and what came of it is compared with it.
  if (!(await npm(['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], 'Installing npm packages'))) process.exit(1);
  if (!isInstalled()) fail('npm installed other versions than package-lock.json names: remove node_modules and try again.');
}

const SOURCE_FOLDERS = ['proto/messages/healthcode', 'proto/messages/src', 'proto/attestation/src', 'proto/checkpoint/src', 'province-adapter/src', 'hub/src', 'hub/web', 'deploy/embedded', 'scripts'];
const SOURCE_FILES = ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'proto/messages/generate.mjs', ...['proto/messages', 'proto/attestation', 'proto/checkpoint', 'province-adapter', 'hub', 'deploy', 'scripts'].map((folder) => `${folder}/tsconfig.json`)];

/** Name, size and time of every source below `folder`. @param {string} folder @returns {string[]} */
function listSources(folder) {
  return readdirSync(join(checkout, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'dist' || entry.name === 'node_modules' ? [] : listSources(path);
    return /\.(ts|tsx|mjs|proto|json|html|css|svg|png|webmanifest)$/.test(entry.name) ? [describe(path)] : [];
  });
}

/** @param {string} path */
function describe(path) {
  const { size, mtimeMs } = statSync(join(checkout, path));
  return `${path} ${size} ${mtimeMs}`;
}

/**
 * Removes what was compiled from a source that is gone: the adapter finds a province by what is in its folder, and would go on finding
 * one that was deleted. @param {string} folder of sources @param {string} compiled what `tsc` wrote of it
 */
function removeOrphans(folder, compiled) {
  if (!existsSync(join(checkout, compiled))) return;
  for (const entry of readdirSync(join(checkout, compiled), { withFileTypes: true })) {
    const [source, target] = [`${folder}/${entry.name}`, `${compiled}/${entry.name}`];
    if (entry.isDirectory()) removeOrphans(source, target);
    else if (!existsSync(join(checkout, source.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts')))) rmSync(join(checkout, target));
  }
}

/** @returns {Promise<boolean>} */
async function buildIfNeeded() {
  const sources = [createHash('sha256').update(readFileSync(join(checkout, 'package-lock.json'))).digest('hex'), ...SOURCE_FILES.map(describe), ...SOURCE_FOLDERS.flatMap(listSources)].sort().join('\n');
  const digest = createHash('sha256').update(sources).digest('hex');
  const entries = ['hub/dist/main.js', 'hub/web/dist/scanner/index.html', 'province-adapter/dist/main.js', 'proto/messages/gen/messages.js', 'dist/scripts/start.js', 'dist/scripts/country.js'];
  if (readOrEmpty(STAMP) === digest && entries.every((entry) => existsSync(join(checkout, entry)))) return true;
  removeOrphans('province-adapter/src/provinces', 'province-adapter/dist/provinces');
  if (!(await npm(['run', '--silent', 'build'], 'Building'))) return false;
  writeFileSync(STAMP, digest);
  return true;
}

/** Runs the command with our arguments; its end is ours. @param {string} file @param {string[]} args */
function runCommand(file, args) {
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], { cwd: checkout, stdio: 'inherit' });
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

checkNode();
const [command = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command)) {
  const lines = Object.entries(COMMANDS).map(([name, does]) => `  npm ${name === 'start' || name === 'test' ? name : `run ${name}`}`.padEnd(26) + does);
  console.log(`Commands (each takes -- --help):\n${lines.join('\n')}`);
  process.exit(command === '' || command === '--help' ? 0 : 1);
}
await installIfNeeded();
const file = join(checkout, 'dist', 'scripts', `${command}.js`);
// The tests report what does not compile, with everything else that does not pass, as long as they can run themselves.
if (!(await buildIfNeeded()) && (command !== 'test' || !existsSync(file))) {
  if (command === 'test') console.log('0 passed, 1 failed');
  process.exit(1);
}
runCommand(file, args);
