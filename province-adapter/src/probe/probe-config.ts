import { readFileSync } from 'node:fs';
import { isProvinceCode, type ProvinceCode } from '@health-code/attestation';
import { z } from 'zod';
import { isLoopback, type ReadFile } from '../config.js';
import { AdapterError } from '../errors.js';
import type { HubAddress } from '../hub/hub-connection.grpc.js';
import { parseCertificates } from '../hub/hub-credentials.js';
import type { Environment } from '../keys/development-material.js';
import type { DeviceFiles } from './device-credentials.js';

/** One checkpoint that takes part in measuring. */
export interface DeviceSeat {
  readonly province: ProvinceCode;
  /** Read again for every connection, so that a new certificate needs no restart. */
  readonly files: DeviceFiles;
}

/** What the process of the checkpoints is told from outside. Frozen. */
export interface ProbeConfig {
  readonly hub: HubAddress;
  readonly authorityFile: string;
  readonly devices: readonly DeviceSeat[];
  /** `production` refuses whatever was made for development. */
  readonly environment: Environment;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Written once every device is at work, whether or not the hub answers. */
  readonly readyFile?: string;
}

const DEVICES = z
  .array(z.strictObject({ province: z.string().refine(isProvinceCode), certificateFile: z.string().min(1), keyFile: z.string().min(1) }))
  .min(1)
  .max(1024);

const SETTINGS = z.object({
  HUB_ADDRESS: z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/, { message: 'is not host:port' }),
  HUB_CA_FILE: z.string().min(1),
  PROBES_FILE: z.string().min(1),
  ENVIRONMENT: z.enum(['production', 'development']).default('production'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  READY_FILE: z.string().min(1).optional(),
});

const invalid = (problems: readonly string[]): AdapterError => new AdapterError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);

function parseDevices(path: string, readFile: ReadFile): readonly DeviceSeat[] {
  let json: unknown;
  try {
    json = JSON.parse(readFile(path).toString('utf8'));
  } catch {
    throw invalid(['PROBES_FILE names a file that cannot be read as JSON']);
  }
  const parsed = DEVICES.safeParse(json);
  if (!parsed.success) throw invalid(['PROBES_FILE names a file that is no list of 1 to 1024 {province, certificateFile, keyFile}']);
  return parsed.data.map(({ province, certificateFile, keyFile }) => Object.freeze({ province, files: Object.freeze({ certificate: certificateFile, key: keyFile }) }));
}

/**
 * The configuration in `env`. An empty value counts as absent. Certificates of devices are looked at when they are used: that
 * of one must not keep the others from measuring.
 *
 * @throws AdapterError CONFIG_INVALID with one line for every bad key
 */
export function parseProbeConfig(env: Readonly<Record<string, string | undefined>>, readFile: ReadFile = readFileSync): ProbeConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = SETTINGS.safeParse(given);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path, code, message }) => {
      const key = path.join('.');
      return given[key] === undefined && code === 'invalid_type' ? `${key} is missing` : `${key} ${message}`;
    }));
  }
  const { HUB_ADDRESS: address, HUB_CA_FILE: authorityFile, PROBES_FILE, ENVIRONMENT: environment, LOG_LEVEL: logLevel, READY_FILE: readyFile } = parsed.data;
  try {
    parseCertificates(readFile(authorityFile), environment);
  } catch (cause) {
    throw invalid([`HUB_CA_FILE names a file that ${cause instanceof AdapterError ? cause.message : 'cannot be read'}`]);
  }
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return Object.freeze({
    hub: Object.freeze({ address, serverName: isLoopback(host) ? 'localhost' : host }),
    authorityFile,
    devices: Object.freeze(parseDevices(PROBES_FILE, readFile)),
    environment,
    logLevel,
    ...(readyFile === undefined ? {} : { readyFile }),
  });
}
