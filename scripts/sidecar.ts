// Run beside a gate or a turnstile: `npm run sidecar -- --device FOLDER` answers Checkpoint.VerifyCode here, with and without a network.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDirectory } from '../deploy/embedded/checkout.js';
import { CommandError } from './access/command-error.js';
import { UsageError } from './verify/arguments.js';
import { offlinePlace, type OfflinePlace } from './verify/offline-device.js';

const USAGE = `Verifies beside a gate: the same calls as at the hub, answered from the offline package where there is no network.

  npm run sidecar -- --device FOLDER            as a device that was enrolled (npm run verify -- --enrol CODE)
  npm run sidecar                               as the checkpoint that a country on this machine made for --province

Options
  --province CODE   GB/T 2260 code, where no --device is given (default 110000)
  --listen ADDRESS  host:port for the gate (default 127.0.0.1:50061); reachable from other machines only with the three below
  --certificate FILE, --key FILE
                    of this port, for gates on other machines
  --clients FILE    authority of the gates' own certificates; without it any process of this machine is answered
  --hub HOST:PORT   the hub's gRPC address (default: of the enrolment, else of the country on this machine)
  --package URL     where the hub publishes the offline package (default: likewise)
  --data FOLDER     the country on this machine whose data are there

Ends with Ctrl-C. Settings for a process of its own: docs/checkpoint.md.`;

interface SidecarArguments {
  readonly place: OfflinePlace;
  readonly listen: Readonly<Record<string, string>>;
}

const OPTIONS = {
  device: { type: 'string' }, province: { type: 'string', default: '110000' }, listen: { type: 'string', default: '127.0.0.1:50061' },
  certificate: { type: 'string' }, key: { type: 'string' }, clients: { type: 'string' }, hub: { type: 'string' }, package: { type: 'string' }, data: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseSidecarArguments(argv: readonly string[]): SidecarArguments | 'help' {
  const { help, device, province, hub, package: packageUrl, data, listen, certificate, key, clients } = readOptions(argv);
  if (help === true) return 'help';
  const place = offlinePlace({
    context: { province },
    ...(device === undefined ? {} : { deviceFolder: device }),
    ...(hub === undefined ? {} : { hub }),
    ...(packageUrl === undefined ? {} : { packageUrl }),
    ...(data === undefined ? {} : { dataPath: data }),
  });
  return { place, listen: { LISTEN_ADDRESS: listen, LISTEN_TLS_CERT_FILE: certificate ?? '', LISTEN_TLS_KEY_FILE: key ?? '', LISTEN_CLIENT_CA_FILE: clients ?? '' } };
}

/** The settings of its process; its documents say what each does. @throws UsageError */
function settingsOf({ place: { files, folder, packageUrl, hub }, listen }: SidecarArguments): Readonly<Record<string, string>> {
  if (packageUrl === undefined || hub === undefined) throw new UsageError('nobody said where the hub is, and where it publishes the offline package: give --hub HOST:PORT and --package https://HOST:PORT');
  return {
    HUB_ADDRESS: hub, HUB_CA_FILE: files.hubAuthority, DEVICE_CERT_FILE: files.certificate, DEVICE_KEY_FILE: files.key,
    PACKAGE_URL: packageUrl, DATA_FOLDER: folder, ENVIRONMENT: 'development', ...listen,
  };
}

function run(argv: readonly string[]): void {
  const parsed = parseSidecarArguments(argv);
  if (parsed === 'help') {
    console.log(USAGE);
    return;
  }
  const env = { PATH: process.env['PATH'], LOG_LEVEL: process.env['LOG_LEVEL'], READY_FILE: process.env['READY_FILE'], ...settingsOf(parsed) };
  const child = spawn(process.execPath, ['--enable-source-maps', join(checkoutDirectory(), 'proto', 'checkpoint', 'dist', 'sidecar-main.js')], { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

try {
  run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof CommandError ? `${error.message}\n${error.remedy}` : error instanceof UsageError ? `Help: npm run sidecar -- --help\n\n${error.message}` : String(error));
  process.exitCode = 2;
}
