import { createPrivateKey, createPublicKey } from 'node:crypto';
import { parseProvinceCode } from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { DocumentCollection, Documents } from '../stand-in/documents.js';
import { BareAnswer, type RunningLocalSystem } from '../stand-in/local-system.js';
import { gatewayCodePrefix } from './gateway-city.js';
import type { CREDENTIALS } from './gateway-credentials.js';
import { createGatewayLocalSystem } from './gateway-local-system.js';
import { openAnswer, signText, signingText } from './gateway-signature.js';
import { VERIFY_METHOD } from './gateway-source.js';

function createDocuments(): Documents {
  const stored = new Map<string, unknown>();
  const collection = <T>(name: string): DocumentCollection<T> => ({
    find: (id) => Promise.resolve(stored.get(`${name} ${id}`) as T | undefined),
    put: (id, body) => Promise.resolve(void stored.set(`${name} ${id}`, body)),
    putIfAbsent: (id, body) => Promise.resolve(stored.has(`${name} ${id}`) ? undefined : void stored.set(`${name} ${id}`, body)),
    change: () => Promise.resolve(undefined),
    listAfter: () => Promise.resolve([]),
  });
  return { collection };
}

const SYSTEM = createGatewayLocalSystem({ code: parseProvinceCode('410000'), system: 'henan-jiankangma', cities: [{ code: '410500', name: '安阳' }] });
const [SOMEBODY] = SYSTEM.people;

describe('the stand-in for the gateway', () => {
  const documents = createDocuments();
  let running: RunningLocalSystem;
  let credentials: z.infer<typeof CREDENTIALS>;
  let code: string;

  const routeOf = (running: RunningLocalSystem, path: string) => running.routes.find((route) => route.path === path);
  const handedOut = async (system: RunningLocalSystem): Promise<z.infer<typeof CREDENTIALS>> =>
    (await routeOf(system, '/stand-in/credentials')?.answer({ parameters: {}, headers: {}, query: {}, body: {} })) as z.infer<typeof CREDENTIALS>;

  /** Asked with these parameters beside the right ones; `sign` is over them unless it is among them. */
  const ask = async (changed: Readonly<Record<string, string>>): Promise<unknown> => {
    const biz_content = JSON.stringify({ city_code: '410500', code_content: code, industry_type: 'HEALTH_CODE' });
    const right = { app_id: credentials.appId, method: VERIFY_METHOD, charset: 'utf-8', sign_type: 'RSA2', timestamp: '2022-04-01 08:00:00', version: '1.0', biz_content };
    const asked = { ...right, ...changed };
    const { biz_content: content, ...query } = { sign: signText(signingText(asked), createPrivateKey(credentials.applicationPrivateKey)), ...asked };
    const route = routeOf(running, '/gateway.do');
    const answer = await route?.seal?.(await route.answer({ parameters: {}, headers: {}, query, body: { biz_content: content } }));
    if (!(answer instanceof BareAnswer)) throw new Error('not sealed');
    return openAnswer(VERIFY_METHOD, Buffer.from(answer.bytes).toString(), createPublicKey(credentials.gatewayPublicKey)).content;
  };

  beforeAll(async () => {
    if (SOMEBODY === undefined) throw new Error('nobody');
    const open = (): RunningLocalSystem => SYSTEM.open({ documents, now: () => 0, randomHex: (bytes) => '0'.repeat(bytes * 2) });
    await documents.collection('person').put(SOMEBODY.id, SOMEBODY);
    running = open();
    credentials = await handedOut(running);
    ({ code } = await running.issueCode(SOMEBODY, 0));
    // Keys outlive a restart: whoever asked before may go on asking.
    running = open();
    expect(await handedOut(running)).toEqual(credentials);
  });

  it('answers what is rightly signed', async () => {
    expect(code.startsWith(gatewayCodePrefix('410500'))).toBe(true);
    expect(await ask({})).toEqual({ code: '10000', msg: 'Success', code_color: 'green', qr_code: code, user_name: '测***' });
  });

  it.each<readonly [string, Readonly<Record<string, string>>, unknown]>([
    ['with a signature over something else', { sign: 'AAAA' }, { code: '40002', sub_code: 'isv.invalid-signature' }],
    ['without a signature', { sign: '' }, { code: '40001', sub_code: 'isv.missing-sign' }],
    ['without its time', { timestamp: '' }, { code: '40001', sub_code: 'isv.missing-timestamp' }],
    ['of another application', { app_id: '2021' }, { code: '40002', sub_code: 'isv.invalid-app-id' }],
    ['for another method', { method: 'alipay.trade.query' }, { code: '40002', sub_code: 'isv.invalid-method' }],
    ['whose content is no JSON', { biz_content: '{' }, { code: '40002', sub_code: 'isv.invalid-parameter' }],
    ['about another city than the code is of', { biz_content: JSON.stringify({ city_code: '410100', code_content: `standin-alipay:410500:${'0'.repeat(40)}` }) }, { code: '40004', sub_code: 'STANDIN.CODE_UNKNOWN' }],
  ])('refuses a request %s', async (_what, changed, refusal) => {
    expect(await ask(changed)).toMatchObject(refusal as object);
  });
});
