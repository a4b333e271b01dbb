import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ERROR_MEMBER, isSignedBy, openAnswer, responseMember, sealAnswer, signText, signingText } from './gateway-signature.js';

const METHOD = 'alipay.ebpp.industry.gov.healthcode.verify';
const gateway = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const MEMBER = responseMember(METHOD);
const ANSWER = sealAnswer(MEMBER, { code: '10000', code_color: 'green' }, gateway.privateKey);
const refused = expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error;

describe('the signature of a request', () => {
  it('covers every parameter in the order of the names, but neither itself nor what is empty', () => {
    expect(signingText({ method: 'm', app_id: '7', sign: 'x', biz_content: '', charset: 'utf-8' })).toBe('app_id=7&charset=utf-8&method=m');
  });

  it('fits its own text and key alone', () => {
    const signature = signText('app_id=7', gateway.privateKey);
    expect(isSignedBy('app_id=7', signature, gateway.publicKey)).toBe(true);
    expect(isSignedBy('app_id=8', signature, gateway.publicKey)).toBe(false);
    expect(isSignedBy('app_id=7', signature, stranger.publicKey)).toBe(false);
  });
});

describe('an answer of the gateway', () => {
  it('names its method with underscores', () => {
    expect(responseMember(METHOD)).toBe('alipay_ebpp_industry_gov_healthcode_verify_response');
  });

  it('is opened when its signature fits', () => {
    expect(openAnswer(METHOD, ANSWER, gateway.publicKey)).toEqual({ content: { code: '10000', code_color: 'green' }, isError: false });
  });

  it('may be laid out over lines, as the platform documents it: what is signed is the text of the content', () => {
    const laidOut = ANSWER.replace(`{"${MEMBER}":`, ` {"${MEMBER}" :\n `).replace(',"sign":', ' ,\n "sign" : ').replace(/\}$/, '\n}\n');
    expect(openAnswer(METHOD, laidOut, gateway.publicKey)).toEqual(openAnswer(METHOD, ANSWER, gateway.publicKey));
    expect(() => openAnswer(METHOD, ANSWER.replace('{"code"', '{ "code"'), gateway.publicKey)).toThrow(refused);
  });

  it('may say under error_response that something went wrong, signed like any other', () => {
    const error = sealAnswer(ERROR_MEMBER, { code: '40006' }, gateway.privateKey);
    expect(openAnswer(METHOD, error, gateway.publicKey)).toEqual({ content: { code: '40006' }, isError: true });
    expect(() => openAnswer(METHOD, '{"error_response":{"code":"40006"}}', gateway.publicKey)).toThrow(refused);
  });

  it.each([
    ['of a red that was made green', sealAnswer(MEMBER, { code: '10000', code_color: 'red' }, gateway.privateKey).replace('red', 'green')],
    ['signed by somebody else', sealAnswer(MEMBER, { code: '10000', code_color: 'green' }, stranger.privateKey)],
    ['to another method', sealAnswer(responseMember('alipay.ebpp.industry.gov.healthcode.query'), { code: '10000' }, gateway.privateKey)],
    ['without a signature', `{"${responseMember(METHOD)}":{"code":"10000","code_color":"green"}}`],
    ['with an empty signature', `{"${responseMember(METHOD)}":{"code":"10000","code_color":"green"},"sign":""}`],
    ['with a member before', `{"code_color":"green",${ANSWER.slice(1)}`],
    ['with a second content after', ANSWER.replace('},"sign"', '},"again":{"code_color":"green"},"sign"')],
    ['with a second signature after', ANSWER.replace(/\}$/, `,"sign":"${signText('{}', gateway.privateKey)}"}`)],
    ['that names its member twice', `{"${MEMBER}":{"code":"10000","code_color":"green"},${ANSWER.slice(1)}`],
    ['that is signed and no object', sealAnswer(MEMBER, 'green', gateway.privateKey)],
    ['that is a page', '<html></html>'],
    ['that is nothing', ''],
  ])('is refused %s', (_what, answer) => {
    expect(() => openAnswer(METHOD, answer, gateway.publicKey)).toThrow(refused);
  });
});
