import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { parseAnswer } from '../local-format/parse-answer.js';
import type { LocalHttp } from '../local-http/local-http.js';
import type { SourceOptions } from '../province-system.js';

/** What the gateway and an application know one another by. */
export interface GatewayCredentials {
  readonly appId: string;
  /** 应用私钥. */
  readonly applicationKey: KeyObject;
  /** 支付宝公钥. */
  readonly gatewayKey: KeyObject;
}

/** As it stands in LOCAL_SYSTEM_CREDENTIALS_FILE; keys in PEM. */
export const CREDENTIALS = z.object({ appId: z.string().min(1), applicationPrivateKey: z.string(), gatewayPublicKey: z.string() });

/** Where a stand-in hands out the credentials of its development application. Ours: no gateway has such a path. */
export const STAND_IN_CREDENTIALS_PATH = '/stand-in/gateway-credentials';

function importCredentials({ appId, applicationPrivateKey, gatewayPublicKey }: z.infer<typeof CREDENTIALS>): GatewayCredentials {
  try {
    return { appId, applicationKey: createPrivateKey(applicationPrivateKey), gatewayKey: createPublicKey(gatewayPublicKey) };
  } catch {
    // The cause is left out on purpose: it may quote a private key.
    throw new AdapterError('CONFIG_INVALID', 'LOCAL_SYSTEM_CREDENTIALS_FILE holds no keys in PEM: applicationPrivateKey, gatewayPublicKey');
  }
}

function parseConfigured(configured: NonNullable<SourceOptions['credentials']>): GatewayCredentials {
  const parsed = CREDENTIALS.safeParse(configured);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', 'LOCAL_SYSTEM_CREDENTIALS_FILE needs appId, applicationPrivateKey and gatewayPublicKey');
  return importCredentials(parsed.data);
}

/**
 * The configured credentials; without any, those that a stand-in hands out. Asked for until they are there, and then kept.
 *
 * @throws AdapterError `CONFIG_INVALID` at once for configured ones that cannot be used; later `LOCAL_…` while a stand-in is away
 */
export function createCredentialsReader(http: LocalHttp, options: SourceOptions): () => Promise<GatewayCredentials> {
  let known = options.credentials === undefined ? undefined : parseConfigured(options.credentials);
  return async () => (known ??= importCredentials(parseAnswer(CREDENTIALS, await http.requestJson({ method: 'GET', path: STAND_IN_CREDENTIALS_PATH }))));
}
