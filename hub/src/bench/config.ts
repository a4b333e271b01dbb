import { isProvinceCode } from '@health-code/attestation';
import { spiffeId } from '@health-code/messages';
import { parseConfig, type HubConfig, type ReadFile } from '../config.js';
import { HubError } from '../errors.js';
import type { StartOptions } from '../platform/start-hub.js';

/** `127.0.0.1:port` or `[::1]:port`: nothing but this machine. */
const LOOPBACK = /^(127\.0\.0\.1|\[::1\]):([0-9]{1,5})$/;

/**
 * The hub's configuration, and `PLAINTEXT_ADDRESS` with `PLAINTEXT_PROVINCE`: a port without TLS on this machine, whose callers
 * are all taken for one checkpoint of that province.
 * @throws HubError CONFIG_INVALID, always in production
 */
export function parseBenchConfig(env: Readonly<Record<string, string | undefined>> = process.env, readFile?: ReadFile): { readonly config: HubConfig; readonly options: StartOptions } {
  const config = readFile === undefined ? parseConfig(env) : parseConfig(env, readFile);
  const [, host, port] = LOOPBACK.exec(env['PLAINTEXT_ADDRESS'] ?? '') ?? [];
  const province = env['PLAINTEXT_PROVINCE'] ?? '';
  const problems = [
    ...(config.environment === 'production' ? ['ENVIRONMENT is production, where nothing is measured with a port without TLS'] : []),
    ...(host === undefined || Number(port) > 65_535 ? ['PLAINTEXT_ADDRESS is not a loopback address with a port'] : []),
    ...(isProvinceCode(province) ? [] : ['PLAINTEXT_PROVINCE is not a GB/T 2260 province code']),
  ];
  if (host === undefined || !isProvinceCode(province) || problems.length > 0) throw new HubError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);
  const caller = { role: 'checkpoint', id: spiffeId({ role: 'checkpoint', province, name: 'bench' }), province, fingerprint: '0'.repeat(64) } as const;
  return { config, options: { plaintext: { address: { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }, caller } } };
}
