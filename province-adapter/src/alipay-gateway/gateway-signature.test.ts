import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, openAnswer, responseMember, sealAnswer, signText, signingText } from './gateway-signature.js';

const METHOD = 'alipay.ebpp.industry.gov.healthcode.verify';
const gateway = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ANSWER = sealAnswer(METHOD, { code: '10000', code_color: 'green' }, gateway.privateKey);
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
    expect(openAnswer(METHOD, ANSWER, gateway.publicKey)).toEqual({ code: '10000', code_color: 'green' });
  });

  it.each([
    ['of a red that was made green', sealAnswer(METHOD, { code: '10000', code_color: 'red' }, gateway.privateKey).replace('red', 'green')],
    ['signed by somebody else', sealAnswer(METHOD, { code: '10000', code_color: 'green' }, stranger.privateKey)],
    ['to another method', sealAnswer('alipay.ebpp.industry.gov.healthcode.query', { code: '10000' }, gateway.privateKey)],
    ['without a signature', `{"${responseMember(METHOD)}":{"code":"10000","code_color":"green"}}`],
    ['with an empty signature', `{"${responseMember(METHOD)}":{"code":"10000","code_color":"green"},"sign":""}`],
    ['with a member before', `{"code_color":"green",${ANSWER.slice(1)}`],
    ['with a second content after', ANSWER.replace('},"sign"', '},"again":{"code_color":"green"},"sign"')],
    ['that is a page', '<html></html>'],
    ['that is nothing', ''],
  ])('is refused %s', (_what, answer) => {
    expect(() => openAnswer(METHOD, answer, gateway.publicKey)).toThrow(refused);
  });
});
