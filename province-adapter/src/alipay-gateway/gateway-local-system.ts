import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { getProvince } from '@health-code/attestation';
import { z } from 'zod';
import type { DocumentCollection } from '../stand-in/documents.js';
import { BareAnswer, type IssuedCode, type LocalRouteRequest, type LocalSystem } from '../stand-in/local-system.js';
import { createSyntheticPeople, maskName, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import { STAND_IN_CREDENTIALS_PATH, type CREDENTIALS } from './gateway-credentials.js';
import { gatewayCodePrefix, type GatewayProvince } from './gateway-city.js';
import { ERROR_MEMBER, isSignedBy, responseMember, sealAnswer, signingText } from './gateway-signature.js';
import { GATEWAY_PATH, VERIFY_METHOD } from './gateway-source.js';

/** Ours, in milliseconds: the documented refresh_time has no documented value. */
const CODE_LIFETIME = 60_000;

/** `code_color` of each synthetic person, in order: mostly green, every other value at least once. */
const COLOURS = [...Array<string>(6).fill('green'), 'yellow', 'red', 'init', ...Array<string>(8).fill('green'), 'yellow', 'yellow', 'red', 'init', 'green', 'green', 'green'];

/** A pair of keys for each direction. Both private halves are the stand-in's: the application plays the adapter. */
interface StoredKeys extends z.infer<typeof CREDENTIALS> {
  readonly applicationPublicKey: string;
  readonly gatewayPrivateKey: string;
}

interface StoredCode {
  readonly person: string;
  readonly cityCode: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const PEM = { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
const KEYS = 'keys';

/** Every parameter a request has besides its own content, of the platform's general documentation. */
const COMMON_PARAMETERS = ['app_id', 'method', 'charset', 'sign_type', 'sign', 'timestamp', 'version'];

/** `msg` of each `code`, of the platform's general documentation. */
const MESSAGES = new Map([
  ['20000', 'Service Currently Unavailable'],
  ['20001', 'Insufficient Token Permissions'],
  ['40001', 'Missing Required Arguments'],
  ['40002', 'Invalid Arguments'],
  ['40004', 'Business Failed'],
  ['40006', 'Insufficient Permissions'],
]);

const BUSINESS_FAILED = '40004';

const CONTENT = z.object({ city_code: z.string().min(1), code_content: z.string().min(1), industry_type: z.enum(['HEALTH_CODE', 'MEDICAL_ANGEL']).optional() });

const ok = (content: Readonly<Record<string, unknown>>): unknown => ({ code: '10000', msg: 'Success', ...content });
const refusal = (code: string, subCode: string): unknown => ({ code, msg: MESSAGES.get(code) ?? '', ...(subCode === '' ? {} : { sub_code: subCode, sub_msg: '处理失败' }) });

function parseContent(text: string): z.infer<typeof CONTENT> | undefined {
  try {
    return CONTENT.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The keys as they are used. */
interface Keys {
  readonly handedOut: z.infer<typeof CREDENTIALS>;
  readonly gatewayKey: KeyObject;
  readonly applicationKey: KeyObject;
}

/** The keys of this store, made at its first start, so that a restart keeps them. */
async function openKeys(stored: DocumentCollection<StoredKeys>, appId: string): Promise<Keys> {
  const known = await stored.find(KEYS);
  if (known !== undefined) {
    const { applicationPublicKey, gatewayPrivateKey, ...handedOut } = known;
    return { handedOut, gatewayKey: createPrivateKey(gatewayPrivateKey), applicationKey: createPublicKey(applicationPublicKey) };
  }
  const [application, gateway] = await Promise.all([promisify(generateKeyPair)('rsa', PEM), promisify(generateKeyPair)('rsa', PEM)]);
  await stored.putIfAbsent(KEYS, {
    appId,
    applicationPrivateKey: application.privateKey,
    applicationPublicKey: application.publicKey,
    gatewayPrivateKey: gateway.privateKey,
    gatewayPublicKey: gateway.publicKey,
  });
  return openKeys(stored, appId);
}

/** STAND-IN for the gateway as one province sees it, the documented members of verify; README.md says what is not documented. */
export function createGatewayLocalSystem(province: GatewayProvince): LocalSystem {
  const { slug } = getProvince(province.code);
  return {
    slug,
    statusField: 'code_color',
    colours: { '00': 'green', '01': 'yellow', '10': 'red' },
    statementFields: [],
    people: createSyntheticPeople(`99${province.code.slice(0, 2)}01`, COLOURS.map((colour) => ({ code_color: colour }))),
    open({ documents, now, randomHex }) {
      const codes = documents.collection<StoredCode>('code');
      const stored = documents.collection<SyntheticPerson>('person');
      let opened: Promise<Keys> | undefined;
      const getKeys = (): Promise<Keys> => (opened ??= openKeys(documents.collection('gateway-keys'), `standin-${slug}`));

      const issueCode = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> => {
        const cityCode = province.cities[0]?.code ?? '';
        const code = gatewayCodePrefix(cityCode) + randomHex(20);
        const expiresAt = issuedAt + CODE_LIFETIME;
        await codes.put(code, { person: person.id, cityCode, expiresAt });
        return { code, expiresAt };
      };
      const seal = async (content: unknown, member = responseMember(VERIFY_METHOD)): Promise<BareAnswer> => {
        const { gatewayKey } = await getKeys();
        return new BareAnswer(200, 'application/json;charset=utf-8', Buffer.from(sealAnswer(member, content, gatewayKey)));
      };
      const refuseRequest = async (parameters: Readonly<Record<string, string>>): Promise<unknown> => {
        const missing = COMMON_PARAMETERS.find((name) => (parameters[name] ?? '') === '');
        if (missing !== undefined) return refusal('40001', `isv.missing-${missing.replace('_', '-')}`);
        const { applicationKey, handedOut } = await getKeys();
        if (parameters['app_id'] !== handedOut.appId) return refusal('40002', 'isv.invalid-app-id');
        if (parameters['method'] !== VERIFY_METHOD) return refusal('40002', 'isv.invalid-method');
        return isSignedBy(signingText(parameters), parameters['sign'] ?? '', applicationKey) ? undefined : refusal('40002', 'isv.invalid-signature');
      };
      const verify = async ({ query, body }: LocalRouteRequest): Promise<unknown> => {
        const parameters = Object.fromEntries(Object.entries({ ...query, ...body }).map(([name, value]) => [name, String(value)]));
        const refused = await refuseRequest(parameters);
        if (refused !== undefined) return refused;
        const asked = parseContent(parameters['biz_content'] ?? '');
        if (asked === undefined) return refusal('40002', 'isv.invalid-parameter');
        const code = await codes.find(asked.code_content);
        const person = code === undefined ? undefined : await stored.find(code.person);
        if (code === undefined || person === undefined || code.cityCode !== asked.city_code) return refusal('40004', 'STANDIN.CODE_UNKNOWN');
        if (now() >= code.expiresAt) return refusal('40004', 'STANDIN.CODE_EXPIRED');
        return ok({ code_color: person.fields['code_color'], qr_code: asked.code_content, user_name: maskName(person.name) });
      };

      return {
        prepare: getKeys,
        issueCode,
        handleOf: async (person) => ({ code_content: (await issueCode(person, now())).code }),
        errorAnswer: (errorCode) => {
          const [code = '', subCode = ''] = errorCode.split('/');
          // Which of the two members an error stands in is not documented: the platform's own package reads both.
          return seal(refusal(code, subCode), code === BUSINESS_FAILED ? undefined : ERROR_MEMBER);
        },
        routes: [
          { method: 'POST', path: GATEWAY_PATH, answer: verify, seal: (answer) => seal(answer) },
          { method: 'GET', path: STAND_IN_CREDENTIALS_PATH, answer: async () => (await getKeys()).handedOut },
        ],
      };
    },
  };
}
