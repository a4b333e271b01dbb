import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { findConfiguredCredentials } from '../local-format/configured-credentials.js';
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

const NEEDS = 'appId, applicationPrivateKey and gatewayPublicKey';

/** Where a stand-in hands out the credentials of its development application. Ours: no gateway has such a path. */
export const STAND_IN_CREDENTIALS_PATH = '/stand-in/credentials';

/** RSA2 is documented for keys of 2048 bits. */
const SHORTEST_MODULUS = 2048;

const isUsable = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= SHORTEST_MODULUS;

function importCredentials({ appId, applicationPrivateKey, gatewayPublicKey }: z.infer<typeof CREDENTIALS>): GatewayCredentials {
  const refuse = (why: string): never => {
    throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE: applicationPrivateKey and gatewayPublicKey are not both ${why}`);
  };
  let keys: Pick<GatewayCredentials, 'applicationKey' | 'gatewayKey'>;
  try {
    keys = { applicationKey: createPrivateKey(applicationPrivateKey), gatewayKey: createPublicKey(gatewayPublicKey) };
  } catch {
    // The cause is left out on purpose: it may quote a private key.
    return refuse('keys in PEM');
  }
  // Node would sign with a key of any other kind too, and call it RSA2.
  if (!isUsable(keys.applicationKey) || !isUsable(keys.gatewayKey)) return refuse('RSA keys of 2048 bits or more');
  return { appId, ...keys };
}

function parseConfigured(configured: NonNullable<SourceOptions['credentials']>): GatewayCredentials {
  const parsed = CREDENTIALS.safeParse(configured);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE needs ${NEEDS}`);
  return importCredentials(parsed.data);
}

/**
 * The configured credentials; without any, those that a stand-in hands out. Asked for until they are there, and then kept.
 *
 * @throws AdapterError `CONFIG_INVALID` at once for configured ones that cannot be used, and for none at all where the local
 * system is no stand-in of this machine; later `LOCAL_…` while a stand-in is away
 */
export function createCredentialsReader(http: LocalHttp, options: SourceOptions): (signal?: AbortSignal) => Promise<GatewayCredentials> {
  // Who hands out the key that its own answers are verified with has proved nothing: only this machine's stand-in may.
  const configured = findConfiguredCredentials(options, NEEDS);
  let known = configured === undefined ? undefined : parseConfigured(configured);
  return async (signal) => {
    const request = { method: 'GET', path: STAND_IN_CREDENTIALS_PATH, ...(signal === undefined ? {} : { signal }) } as const;
    try {
      return (known ??= importCredentials(parseAnswer(CREDENTIALS, await http.requestJson(request))));
    } catch (cause) {
      if (!(cause instanceof AdapterError && cause.code === 'LOCAL_ANSWER_INVALID')) throw cause;
      throw new AdapterError('LOCAL_ANSWER_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE is missing, and the local system hands nothing out at ${STAND_IN_CREDENTIALS_PATH}`, { cause });
    }
  };
}
