import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseProvinceCode } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdapterErrorCode } from '../errors.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import type { Source } from '../province-system.js';
import type { GatewayProvince } from './gateway-city.js';
import { createGatewayProvince } from './gateway-province.js';
import { ERROR_MEMBER, isSignedBy, responseMember, sealAnswer, signingText } from './gateway-signature.js';
import { createGatewaySource, VERIFY_METHOD } from './gateway-source.js';

const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: '', position: '' };
const PEM = { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
const application = generateKeyPairSync('rsa', PEM);
const gateway = generateKeyPairSync('rsa', { modulusLength: 2048 });
const gatewayPublicKey = gateway.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A province of two cities. */
const PROVINCE: GatewayProvince = {
  code: parseProvinceCode('410000'),
  system: 'henan-jiankangma',
  cities: [
    { code: '410500', name: '安阳' },
    { code: '410100', name: '郑州' },
  ],
};
const codeOf = (city: string): string => `standin-alipay:${city}:${'0'.repeat(40)}`;
const GREEN = { code: '10000', msg: 'Success', code_color: 'green', qr_code: 'x', user_name: '测***' };
const MEMBER = responseMember(VERIFY_METHOD);

interface Received {
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

async function receive(request: IncomingMessage): Promise<Received> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
  return { query: Object.fromEntries(searchParams), body: Object.fromEntries(new URLSearchParams(text)) };
}

describe('a province behind the gateway', () => {
  let server: Server;
  let source: Source;
  let sent: string;
  let received: Received;

  const read = (code = codeOf('410500')): Promise<LocalAnswer> => source.readCode(code, GATE);
  const seal = (content: unknown, member = MEMBER): string => sealAnswer(member, content, gateway.privateKey);

  beforeAll(async () => {
    server = createServer((request, response) => {
      void (async () => {
        const isGateway = request.url?.startsWith('/gateway.do') === true;
        const parameters = await receive(request);
        if (isGateway) received = parameters;
        response.setHeader('content-type', 'application/json;charset=utf-8').end(isGateway ? sent : '{"found":false}');
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const credentials = { appId: '2021', applicationPrivateKey: application.privateKey, gatewayPublicKey };
    source = createGatewaySource(PROVINCE, { baseUrl, timeoutMs: 2000, credentials }, () => Date.UTC(2022, 3, 1));
  });
  beforeEach(() => {
    sent = seal(GREEN);
  });
  afterAll(() => {
    server.close();
  });

  it('asks as the platform documents it, and signs all of what it asks', async () => {
    await read();
    const { query, body } = received;
    expect(query).toMatchObject({ app_id: '2021', method: VERIFY_METHOD, charset: 'utf-8', sign_type: 'RSA2', timestamp: '2022-04-01 08:00:00', version: '1.0' });
    expect(Object.keys(body)).toEqual(['biz_content']);
    expect(JSON.parse(body['biz_content'] ?? '')).toEqual({ city_code: '410500', code_content: codeOf('410500'), industry_type: 'HEALTH_CODE' });
    expect(isSignedBy(signingText({ ...query, ...body }), query['sign'] ?? '', createPublicKey(application.publicKey))).toBe(true);
  });

  it.each(['410500', '410100'])('asks for each of its cities, and names the city %s as who decided', async (city) => {
    sent = seal({ ...GREEN, code_color: 'red' });
    const province = createGatewayProvince(PROVINCE);
    const answer = await read(codeOf(city));
    expect(JSON.parse(received.body['biz_content'] ?? '')).toMatchObject({ city_code: city });
    expect(province.translate(answer, answer.answeredAt)).toMatchObject({ status: '10', reason: 'REASON_NOT_STATED', rule: { id: '410000-conversion' }, authority: city });
    expect(province.profile.recognisers.map(({ prefix }) => prefix)).toContain(`standin-alipay:${city}:`);
  });

  it.each(['410200', '410000', '110000', '41050'])('asks for no city that is not listed: %s', async (city) => {
    await expect(read(codeOf(city))).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
  });

  it.each([['测*', '测*'], ['测***', '测***'], ['测试甲一', undefined], ['测试*', undefined], ['', undefined], ['*', undefined], ['测*@b.cn', undefined]])('takes of the name %j no more than %j', async (name, taken) => {
    sent = seal({ ...GREEN, user_name: name });
    expect((await read()).maskedName).toBe(taken);
  });

  it('takes nothing else of an answer', async () => {
    sent = seal({ ...GREEN, refresh_time: '2022-04-01 08:00:00', phone: '19900000000' });
    expect(await read()).toEqual({ fields: { code_color: 'green', city_code: '410500' }, maskedName: '测***', answeredAt: Date.UTC(2022, 3, 1) / 1000 });
  });

  const ERRORS: readonly (readonly [string, AdapterErrorCode])[] = [
    ['20000', 'LOCAL_SYSTEM_BUSY'],
    ['20001', 'LOCAL_PERMISSION_DENIED'],
    ['40006', 'LOCAL_PERMISSION_DENIED'],
    ['40001', 'LOCAL_ANSWER_INVALID'],
    ['40002', 'LOCAL_ANSWER_INVALID'],
    ['40004', 'LOCAL_ANSWER_INVALID'],
    ['10001', 'LOCAL_ANSWER_INVALID'],
    ['constructor', 'LOCAL_ANSWER_INVALID'],
    ['__proto__', 'LOCAL_ANSWER_INVALID'],
  ];
  it.each(ERRORS)('hears the error %s in either member, and only when it is signed', async (code, expected) => {
    for (const member of [MEMBER, ERROR_MEMBER]) {
      sent = seal({ code, msg: '', sub_code: 'toString' }, member);
      await expect(read()).rejects.toMatchObject({ code: expected });
      sent = JSON.stringify({ [member]: { code, msg: '' } });
      await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
    }
  });

  it('takes no colour from an error, whatever its code', async () => {
    sent = seal(GREEN, ERROR_MEMBER);
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it.each([
    ['code_color became a number', { ...GREEN, code_color: 0 }],
    ['code_color is gone', { ...GREEN, code_color: undefined }],
    ['user_name became a list', { ...GREEN, user_name: ['测***'] }],
    ['code became a number', { ...GREEN, code: 10_000 }],
    ['there is nothing', {}],
  ])('refuses a rightly signed answer in which %s', async (_what, content) => {
    sent = seal(content);
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });
});
