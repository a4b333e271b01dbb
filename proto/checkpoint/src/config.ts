import { readFileSync } from 'node:fs';
import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { z } from 'zod';
import { CheckpointError } from './errors.js';
import { isMadeForDevelopment, readDeviceCredentials, type DeviceFiles, type Environment, type ReadFile } from './hub/device-credentials.js';
import type { ServerTls } from './sidecar/sidecar-server.js';

/** What the sidecar is told from outside. Frozen; times in milliseconds, as the names say. */
export interface SidecarConfig {
  /** host:port. */
  readonly hubAddress: string;
  readonly device: DeviceFiles;
  /** Where the hub publishes the package. */
  readonly packageUrl: string;
  /** The name in the certificate of that, where it is another than the URL's. */
  readonly packageServerName?: string;
  /** root.json that the device pinned when it was enrolled; absent: the hub is asked for it once, by the device's certificate. */
  readonly packageRoot?: Buffer;
  /** Where the package and the waiting reports are kept. */
  readonly folder: string;
  readonly listen: string;
  readonly tls?: ServerTls;
  readonly updateIntervalMs: number;
  readonly reportIntervalMs: number;
  readonly hubTimeoutMs: number;
  /** `production` refuses whatever was made for development. */
  readonly environment: Environment;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Written once the sidecar answers, with its address. */
  readonly readyFile?: string;
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,8}(ms|s|m|h|d)$/, 'is not a duration with its unit, such as 250ms, 3s or 5m')
  .transform((text) => {
    const [, count = '', unit = ''] = /^([0-9]+)(ms|s|m|h|d)$/.exec(text) ?? [];
    return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  })
  // setInterval would take a longer one for the shortest.
  .refine((ms) => ms <= 86_400_000, 'is longer than a day');
const address = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/, 'is not host:port');
const path = z.string().min(1);

const SETTINGS = z.object({
  HUB_ADDRESS: address,
  HUB_CA_FILE: path,
  DEVICE_CERT_FILE: path,
  DEVICE_KEY_FILE: path,
  PACKAGE_URL: z.string().refine((text) => URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol), 'is not a URL with scheme https'),
  PACKAGE_SERVER_NAME: z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'is not a DNS name').optional(),
  PACKAGE_ROOT_FILE: path.optional(),
  DATA_FOLDER: path,
  LISTEN_ADDRESS: address.default('127.0.0.1:50061'),
  LISTEN_TLS_CERT_FILE: path.optional(),
  LISTEN_TLS_KEY_FILE: path.optional(),
  LISTEN_CLIENT_CA_FILE: path.optional(),
  UPDATE_INTERVAL: duration.prefault('30s'),
  REPORT_INTERVAL: duration.prefault('60s'),
  HUB_TIMEOUT: duration.prefault('3s'),
  ENVIRONMENT: z.enum(['production', 'development']).default('production'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  READY_FILE: path.optional(),
});

type Settings = z.infer<typeof SETTINGS>;

const hostOf = (text: string): string => text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, '');
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const invalid = (problems: readonly string[]): CheckpointError => new CheckpointError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);

/** What settings say together that each alone does not. */
function findProblems(settings: Settings): readonly string[] {
  const problems: string[] = [];
  const { LISTEN_TLS_CERT_FILE: certificate, LISTEN_TLS_KEY_FILE: key, LISTEN_CLIENT_CA_FILE: clients, PACKAGE_URL: url } = settings;
  if ((certificate === undefined) !== (key === undefined)) problems.push('LISTEN_TLS_CERT_FILE and LISTEN_TLS_KEY_FILE go together');
  if (clients !== undefined && certificate === undefined) problems.push('LISTEN_CLIENT_CA_FILE needs LISTEN_TLS_CERT_FILE');
  if (certificate === undefined && !isLoopback(hostOf(settings.LISTEN_ADDRESS))) problems.push('LISTEN_ADDRESS is reachable from other machines, and there is no LISTEN_TLS_CERT_FILE');
  // Who is answered here asks the hub by this device's certificate, also for a person's number.
  if (clients === undefined && !isLoopback(hostOf(settings.LISTEN_ADDRESS))) problems.push('LISTEN_ADDRESS is reachable from other machines, and there is no LISTEN_CLIENT_CA_FILE: anybody would ask as this device');
  if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) problems.push('PACKAGE_URL is in clear, and not of this machine');
  return problems;
}

/** Whether a root.json says of itself that it was made for development. One that is no JSON is refused when the package is fetched. */
function isDevelopmentRoot(root: Buffer): boolean {
  try {
    const { signed } = JSON.parse(root.toString('utf8')) as { readonly signed?: Readonly<Record<string, unknown>> };
    return signed?.[DEVELOPMENT_MEMBER] === true;
  } catch {
    return false;
  }
}

/**
 * The configuration in `env`. An empty value counts as absent.
 * @throws CheckpointError CONFIG_INVALID with one line for every bad key
 */
export function parseSidecarConfig(env: Readonly<Record<string, string | undefined>>, readFile: ReadFile = readFileSync): SidecarConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = SETTINGS.safeParse(given);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path: [name], code, message }) => (given[String(name)] === undefined && code === 'invalid_type' ? `${String(name)} is missing` : `${String(name)} ${message}`)));
  }
  const settings = parsed.data;
  const problems = [...findProblems(settings)];
  const read = (name: keyof Settings): Buffer | undefined => {
    const file = settings[name];
    if (typeof file !== 'string') return undefined;
    try {
      return readFile(file);
    } catch {
      problems.push(`${name} names a file that cannot be read`);
      return undefined;
    }
  };
  const device = { certificate: settings.DEVICE_CERT_FILE, key: settings.DEVICE_KEY_FILE, hubAuthority: settings.HUB_CA_FILE };
  try {
    readDeviceCredentials(device, settings.ENVIRONMENT, readFile);
  } catch (error) {
    problems.push(`HUB_CA_FILE, DEVICE_CERT_FILE, DEVICE_KEY_FILE: ${error instanceof CheckpointError ? error.message : 'cannot be read'}`);
  }
  const packageRoot = read('PACKAGE_ROOT_FILE');
  const [certificate, key, clientAuthority] = [read('LISTEN_TLS_CERT_FILE'), read('LISTEN_TLS_KEY_FILE'), read('LISTEN_CLIENT_CA_FILE')];
  if (settings.ENVIRONMENT === 'production') {
    const ofDevelopment = 'was made for development, and ENVIRONMENT is production';
    if (packageRoot !== undefined && isDevelopmentRoot(packageRoot)) problems.push(`PACKAGE_ROOT_FILE ${ofDevelopment}`);
    if (certificate !== undefined && isMadeForDevelopment(certificate)) problems.push(`LISTEN_TLS_CERT_FILE ${ofDevelopment}`);
  }
  if (problems.length > 0) throw invalid(problems);
  return Object.freeze({
    hubAddress: settings.HUB_ADDRESS,
    device,
    packageUrl: settings.PACKAGE_URL,
    ...(settings.PACKAGE_SERVER_NAME === undefined ? {} : { packageServerName: settings.PACKAGE_SERVER_NAME }),
    ...(packageRoot === undefined ? {} : { packageRoot }),
    folder: settings.DATA_FOLDER,
    listen: settings.LISTEN_ADDRESS,
    ...(certificate === undefined || key === undefined ? {} : { tls: { certificate, key, ...(clientAuthority === undefined ? {} : { clientAuthority }) } }),
    updateIntervalMs: settings.UPDATE_INTERVAL,
    reportIntervalMs: settings.REPORT_INTERVAL,
    hubTimeoutMs: settings.HUB_TIMEOUT,
    environment: settings.ENVIRONMENT,
    logLevel: settings.LOG_LEVEL,
    ...(settings.READY_FILE === undefined ? {} : { readyFile: settings.READY_FILE }),
  });
}
