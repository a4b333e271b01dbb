import { canaryCode } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { recogniseCode, type CodeOwner } from './recognise-code.js';

interface Owner extends CodeOwner {
  readonly name: string;
}

const shanghai: Owner = { name: 'shanghai', code: '310000', recognisers: [{ prefix: 'https://s.sh.gov.cn/', infix: '', minLength: 63, maxLength: 63 }] };
const jiangsu: Owner = {
  name: 'jiangsu',
  code: '320000',
  recognisers: [
    { prefix: 'https://jsstm.jszwfw.gov.cn/', infix: 'qrCode=', minLength: 40, maxLength: 512 },
    { prefix: 'JSM:', infix: '', minLength: 8, maxLength: 64 },
  ],
};
const owners = [shanghai, jiangsu];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const recognise = (code: Uint8Array, among: readonly Owner[] = owners): string => {
  const outcome = recogniseCode(code, among);
  return 'owner' in outcome ? outcome.owner.name : outcome.refusal;
};

const shanghaiCode = `https://s.sh.gov.cn/${'a'.repeat(30)}${'1'.repeat(13)}`;

describe('recogniseCode', () => {
  it('accepts a code that exactly one province recognises', () => {
    expect(recognise(bytes(shanghaiCode))).toBe('shanghai');
    expect(recognise(bytes('https://jsstm.jszwfw.gov.cn/jkmIndex.html?qrCode=abc&result'))).toBe('jiangsu');
  });

  it('accepts a code by any of the recognisers of its province, and by several of them', () => {
    expect(recognise(bytes('JSM:0123456789'))).toBe('jiangsu');
    const twice: Owner = { name: 'twice', code: '330000', recognisers: [...jiangsu.recognisers, ...jiangsu.recognisers] };
    expect(recognise(bytes('JSM:0123456789'), [twice])).toBe('twice');
  });

  it.each([
    ['a truncated scan', shanghaiCode.slice(0, -1)],
    ['a scan with something after it', `${shanghaiCode}0`],
    ['a scan with a space before it', ` ${shanghaiCode.slice(0, -1)}`],
    ['a prefix in other letters', shanghaiCode.replace('s.sh', 'S.SH')],
    ['a prefix that is not at the beginning', `x${shanghaiCode.slice(0, -1)}`],
    ['a code without the infix', 'https://jsstm.jszwfw.gov.cn/jkmIndex.html?token=abc&result'],
    ['a code of a city nobody registered', 'https://example.org/healthcode/0123456789'],
    ['an empty scan', ''],
  ])('refuses %s as unknown', (_, text) => {
    expect(recognise(bytes(text))).toBe('CODE_UNKNOWN');
  });

  it('looks for the infix only after the prefix', () => {
    const owner: Owner = { name: 'x', code: '340000', recognisers: [{ prefix: 'AB', infix: 'AB', minLength: 0, maxLength: 9 }] };
    expect(recognise(bytes('ABC'), [owner])).toBe('CODE_UNKNOWN');
    expect(recognise(bytes('ABCAB'), [owner])).toBe('x');
  });

  it('refuses a code that two provinces recognise, even where one of them is more exact', () => {
    const greedy: Owner = { name: 'greedy', code: '350000', recognisers: [{ prefix: 'https://', infix: '', minLength: 1, maxLength: 4096 }] };
    expect(recognise(bytes(shanghaiCode), [greedy, shanghai])).toBe('CODE_AMBIGUOUS');
    expect(recognise(bytes(shanghaiCode), [shanghai, greedy])).toBe('CODE_AMBIGUOUS');
  });

  it('counts length in bytes, not in characters', () => {
    const owner: Owner = { name: 'x', code: '340000', recognisers: [{ prefix: '码', infix: '', minLength: 6, maxLength: 6 }] };
    expect(recognise(bytes('码康'), [owner])).toBe('x');
    expect(recognise(bytes('码abcde'), [owner])).toBe('CODE_UNKNOWN');
  });

  it.each([
    ['GBK text', [0xbd, 0xa1, 0xbf, 0xb5, 0xc2, 0xeb]],
    ['a truncated UTF-8 sequence', [0x4a, 0x53, 0x4d, 0x3a, 0xe5, 0x81]],
    ['an overlong encoding', [0x4a, 0x53, 0x4d, 0xc0, 0xba]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a NUL in a code', [...bytes('JSM:0123'), 0, ...bytes('45')]],
    ['a line end a scanner added', bytes(`${shanghaiCode}\r\n`)],
  ])('refuses %s as not text', (_, octets) => {
    expect(recognise(Uint8Array.from(octets))).toBe('CODE_NOT_TEXT');
  });

  it('keeps a byte order mark as part of the code', () => {
    expect(recognise(bytes(`\ufeff${shanghaiCode}`))).toBe('CODE_UNKNOWN');
  });

  it('knows the province of a canary by its code alone, and says that it is one', () => {
    const canary = recogniseCode(bytes(canaryCode('320000', 'green')), owners);
    expect(canary).toEqual({ owner: jiangsu, isCanary: true });
    expect(recogniseCode(bytes('JSM:0123456789'), owners)).toMatchObject({ isCanary: false });
  });

  it.each([
    ['a province that is not registered', canaryCode('520000', 'green')],
    ['a name that is none', 'urn:cn:healthcode:canary:320000:blue'],
    ['more than a name', `${canaryCode('320000', 'green')}:x`],
    ['no name', 'urn:cn:healthcode:canary:320000'],
  ])('knows no canary of %s', (_, text) => {
    expect(recognise(bytes(text))).toBe('CODE_UNKNOWN');
  });
});
