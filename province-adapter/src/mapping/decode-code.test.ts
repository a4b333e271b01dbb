import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { decodeCode } from './decode-code.js';
import { encodeText } from './encode-text.js';
import { MAPPING_MEMBERS, type DecodeStep } from './mapping-schema.js';

const PREFIX = 'https://x.example.org/';
const parseCodes = (decode: readonly unknown[]) => MAPPING_MEMBERS.codes.parse({ recognise: [{ prefix: PREFIX, minLength: 24, maxLength: 400 }], decode });
const decode = (steps: readonly unknown[], code: string) => {
  const codes = parseCodes(steps);
  return decodeCode(code, codes.recognise, codes.decode);
};
const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (cause) {
    return (cause as AdapterError).code;
  }
};
const LAYERS = [
  { as: 'content', queryParameter: 'c' },
  { from: 'content', as: 'plain', base64: 'base64url', charset: 'gbk' },
  { from: 'plain', as: 'row', json: '/a/0' },
  { from: 'row', as: 'name', field: { delimiter: '|', number: 2, of: 3 } },
  { from: 'name', as: 'id', after: '测', form: { characters: 'digits', length: 4 } },
];
const wrap = (inner: string): string => `${PREFIX}?c=${Buffer.from(encodeText(inner, 'gbk')).toString('base64url')}&page=1`;

describe('decodeCode', () => {
  it('takes a text apart, layer by layer', () => {
    expect(decode(LAYERS, wrap('{"a":["x|测1234|z"]}'))).toMatchObject({ row: 'x|测1234|z', name: '测1234', id: '1234' });
    expect(decode([{ as: 'tail', after: PREFIX }, { from: 'tail', as: 'head', before: '/' }], `${PREFIX}abc/def`)).toMatchObject({ tail: 'abc/def', head: 'abc' });
  });

  it.each([
    ['nothing of ours', 'other:0123456789012345678901234', 'LOCAL_CODE_FOREIGN'],
    ['an empty text', '', 'LOCAL_CODE_FOREIGN'],
    ['too short a text', `${PREFIX}?`, 'LOCAL_CODE_INVALID'],
    ['no such parameter', `${PREFIX}?d=1234567890`, 'LOCAL_CODE_INVALID'],
    ['the parameter twice', `${wrap('{"a":["x|测1234|z"]}')}&c=1`, 'LOCAL_CODE_INVALID'],
    ['what is no base64url', `${PREFIX}?c=%%%%%%%%%%`, 'LOCAL_CODE_INVALID'],
    ['spare bits in base64url', `${PREFIX}?c=eyJ9`, 'LOCAL_CODE_INVALID'],
    ['bytes that are not GBK', `${PREFIX}?c=${Buffer.from([0xff, 0x20, 0xa1]).toString('base64url')}`, 'LOCAL_CODE_INVALID'],
    ['no JSON', wrap('{"a":'), 'LOCAL_CODE_INVALID'],
    ['another member', wrap('{"b":["x"]}'), 'LOCAL_CODE_INVALID'],
    ['a member of another type', wrap('{"a":[{"x":1}]}'), 'LOCAL_CODE_INVALID'],
    ['an inherited member', wrap('{"a":{}}'), 'LOCAL_CODE_INVALID'],
    ['too few fields', wrap('{"a":["x|测1234"]}'), 'LOCAL_CODE_INVALID'],
    ['an id cut short', wrap('{"a":["x|测123|z"]}'), 'LOCAL_CODE_INVALID'],
    ['an id of other characters', wrap('{"a":["x|测12a4|z"]}'), 'LOCAL_CODE_INVALID'],
  ])('refuses %s', (_what, code, expected) => {
    expect(codeOf(() => decode(LAYERS, code))).toBe(expected);
  });

  it('throws nothing but its two codes, whatever is scanned', { timeout: 60_000 }, () => {
    const codes = parseCodes(LAYERS);
    const steps: readonly (readonly DecodeStep[])[] = codes.decode.map((_step, index) => codes.decode.slice(0, index + 1));
    const scanned = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }).map((tail) => PREFIX + tail), fc.json().map(wrap), fc.uint8Array().map((bytes) => `${PREFIX}?c=${Buffer.from(bytes).toString('base64url')}&12345`));
    fc.assert(fc.property(scanned, fc.constantFrom(...steps), (code, some) => {
      const outcome = codeOf(() => decodeCode(code, codes.recognise, some));
      return typeof outcome === 'object' || outcome === 'LOCAL_CODE_FOREIGN' || outcome === 'LOCAL_CODE_INVALID';
    }), { numRuns: 2000 });
  });
});
