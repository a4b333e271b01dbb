import { beforeAll, describe, expect, it } from 'vitest';

import { ATTESTATION_MAX_BYTES, ATTESTATION_TYPE } from './attestation.js';
import { toWireClaims } from './attestation-claims.js';
import { codeOf, createSigner, GUIZHOU, sampleClaims, signTexts, testSalt, type Signer } from './attestation.fixture.js';
import { encodeBase64Url } from './base64url.js';
import { AttestationError } from './errors.js';
import { parseAttestation, readClaims } from './parse-attestation.js';
import { signAttestation, type SignedAttestation } from './sign-attestation.js';

let signer: Signer;
let signed: SignedAttestation;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
  signed = await signAttestation(sampleClaims(), { maskedName: '测*甲' }, signer.signing, testSalt);
});

const wire = (): Record<string, unknown> => ({ ...toWireClaims({ ...sampleClaims(), disclosureDigests: [] }) });
const header = (): Record<string, unknown> => ({ alg: 'ES256', kid: signer.signing.kid, typ: ATTESTATION_TYPE });
const withPayload = (payload: string | Uint8Array): Promise<string> =>
  signTexts(JSON.stringify(header()), payload, signer.signing);
const withHeader = (text: string): Promise<string> => signTexts(text, JSON.stringify(wire()), signer.signing);

describe('parseAttestation', () => {
  it('accepts a token and a presentation and reads the same from both', () => {
    const fromToken = parseAttestation(signed.token);
    const fromPresentation = parseAttestation(signed.presentation);
    expect(fromToken.claims).toEqual(signed.attestation);
    expect(fromToken.disclosures).toEqual([]);
    expect(fromPresentation.token).toBe(signed.token);
    expect(fromPresentation.claims).toEqual(signed.attestation);
    expect(fromPresentation.disclosures).toHaveLength(1);
  });

  it('accepts a presentation with nothing disclosed', () => {
    expect(parseAttestation(`${signed.token}~`).disclosures).toEqual([]);
  });

  it('accepts what it was built of again: the fixture writes canonical texts', async () => {
    expect(parseAttestation(await withPayload(JSON.stringify(wire()))).claims.sequence).toBe(1234);
  });

  describe('form of the text', () => {
    const segments = (): [string, string, string] => signed.token.split('.') as [string, string, string];
    const cases: readonly (readonly [string, () => string, string])[] = [
      ['an empty text', () => '', 'ATTESTATION_MALFORMED'],
      ['a web page', () => '<html><body>502</body></html>', 'ATTESTATION_MALFORMED'],
      ['a token cut off before the signature', () => segments().slice(0, 2).join('.'), 'ATTESTATION_MALFORMED'],
      ['an empty header', () => `.${segments()[1]}.${segments()[2]}`, 'ATTESTATION_MALFORMED'],
      ['a detached payload', () => `${segments()[0]}..${segments()[2]}`, 'ATTESTATION_MALFORMED'],
      ['no signature', () => `${segments()[0]}.${segments()[1]}.`, 'ATTESTATION_MALFORMED'],
      ['four segments', () => `${signed.token}.AAAA`, 'ATTESTATION_MALFORMED'],
      ['five segments, as of a JWE', () => `${signed.token}.AAAA.AAAA`, 'ATTESTATION_MALFORMED'],
      ['a key binding', () => `${signed.presentation}AAAA`, 'ATTESTATION_MALFORMED'],
      ['a disclosure without the last ~', () => signed.presentation.slice(0, -1), 'ATTESTATION_MALFORMED'],
      ['an empty disclosure', () => `${signed.presentation}~`, 'ATTESTATION_MALFORMED'],
      ['a disclosure that is not base64url', () => `${signed.token}~a+b/~`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a leading space', () => ` ${signed.token}`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a trailing line feed', () => `${signed.token}\n`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a line break inside', () => signed.token.replace('.', '\r\n.'), 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a tabulator inside', () => `${signed.token.slice(0, 30)}\t${signed.token.slice(30)}`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['padding', () => `${signed.token}==`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a byte order mark', () => `\ufeff${signed.token}`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a full-width letter', () => signed.token.replace('e', 'ｅ'), 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a NUL', () => `${signed.token}\0`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
      ['a percent-encoded character', () => signed.token.replace('e', '%65'), 'ATTESTATION_ENCODING_NOT_CANONICAL'],
    ];
    for (const [name, text, code] of cases) {
      it(`refuses ${name}`, () => {
        expect(codeOf(() => parseAttestation(text()))).toBe(code);
      });
    }

    it('refuses the alphabet of plain base64', () => {
      const [first, payload] = segments();
      expect(codeOf(() => parseAttestation(`${first}.${payload}.+/+/`))).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
    });

    it('refuses set spare bits in the signature, which many decoders ignore', () => {
      const last = signed.token.slice(-1);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const respelt = `${signed.token.slice(0, -1)}${alphabet.charAt(alphabet.indexOf(last) | 1)}`;
      expect(respelt).not.toBe(signed.token);
      expect(codeOf(() => parseAttestation(respelt))).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
    });

    it('refuses a text over the limit before it looks at it', () => {
      expect(codeOf(() => parseAttestation('.'.repeat(ATTESTATION_MAX_BYTES)))).toBe('ATTESTATION_MALFORMED');
      expect(codeOf(() => parseAttestation('.'.repeat(ATTESTATION_MAX_BYTES + 1)))).toBe('ATTESTATION_TOO_LARGE');
    });
  });

  describe('header', () => {
    for (const alg of ['none', 'None', 'HS256', 'RS256', 'PS384', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed448', 'SM2', '']) {
      it(`refuses algorithm "${alg}"`, async () => {
        const token = await withHeader(JSON.stringify({ ...header(), alg }));
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_ALGORITHM_UNSUPPORTED');
      });
    }

    for (const typ of ['JWT', 'jwt', 'application/health-attestation+jwt', 'HEALTH-ATTESTATION+JWT', 'key-possession', 1]) {
      it(`refuses typ ${JSON.stringify(typ)}`, async () => {
        const token = await withHeader(JSON.stringify({ ...header(), typ }));
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_TYPE_UNSUPPORTED');
      });
    }

    const unknown: Readonly<Record<string, unknown>> = {
      crit: ['b64'],
      b64: false,
      jwk: { kty: 'EC' },
      jku: 'https://example.invalid/keys',
      x5u: 'https://example.invalid/chain',
      x5c: ['MIIB'],
      cty: 'JWT',
      zip: 'DEF',
    };
    for (const [member, value] of Object.entries(unknown)) {
      it(`refuses member ${member}`, async () => {
        const token = await withHeader(JSON.stringify({ ...header(), [member]: value }));
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_HEADER_INVALID');
      });
    }

    for (const text of ['null', '[]', '"ES256"', '1', '{}']) {
      it(`refuses ${text} for a header`, async () => {
        const token = await withHeader(text);
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_HEADER_INVALID');
      });
    }

    for (const kid of ['', 'short', 1, null, '../../etc/passwd', `${'A'.repeat(42)}=`]) {
      it(`refuses kid ${JSON.stringify(kid)}`, async () => {
        const token = await withHeader(JSON.stringify({ ...header(), kid }));
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_HEADER_INVALID');
      });
    }

    it('refuses the same members in another order, doubled, spaced or escaped', async () => {
      const { alg, kid, typ } = header() as Record<'alg' | 'kid' | 'typ', string>;
      const texts = [
        JSON.stringify({ typ, alg, kid }),
        JSON.stringify({ alg, kid, typ }, null, 1),
        `${JSON.stringify({ alg, kid, typ })} `,
        `{"alg":"none",${JSON.stringify({ alg, kid, typ }).slice(1)}`,
        JSON.stringify({ alg, kid, typ }).replace('ES256', '\\u0045S256'),
      ];
      for (const text of texts) {
        const token = await withHeader(text);
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
      }
    });
  });

  describe('encoding of the payload', () => {
    it('refuses what is not JSON', async () => {
      for (const text of ['', '{', 'undefined', '{"iss":"520000",}', `${JSON.stringify(wire())}x`, `\ufeff{}`]) {
        const token = await withPayload(text || ' ');
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_MALFORMED');
      }
    });

    it('refuses GBK, overlong UTF-8 and encoded surrogates', async () => {
      const [before = '', after = ''] = JSON.stringify(wire()).split('national-code');
      // 绿码 in GBK; "/" in two bytes; U+D800 in three.
      for (const bytes of [[0xc2, 0xcc, 0xc2, 0xeb], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]) {
        const encoder = new TextEncoder();
        const payload = new Uint8Array([...encoder.encode(before), ...bytes, ...encoder.encode(after)]);
        const token = await withPayload(payload);
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
      }
    });

    it('refuses a second text for the same claims', async () => {
      const canonical = JSON.stringify(wire());
      const { iss, ...rest } = wire();
      const texts = [
        `${canonical} `,
        canonical.replace(':', ': '),
        canonical.replace('"seq":1234', '"seq":1234.0'),
        canonical.replace('"seq":1234', '"seq":1.234e3'),
        canonical.replace('"iss"', '"\\u0069ss"'),
        canonical.replace('"code":"00"', '"code":"10","code":"00"'),
        JSON.stringify({ ...rest, iss }),
      ];
      for (const text of texts) {
        const token = await withPayload(text);
        expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
      }
    });

    it('keeps what a local system says in Chinese', async () => {
      const original = { system: 'beijing-jiankangbao', field: '健康状态', value: '未见异常' };
      const chinese = await signAttestation(sampleClaims({ original }), {}, signer.signing, testSalt);
      expect(parseAttestation(chinese.token).claims.original).toEqual(original);
    });
  });

  it('reads a payload that nobody signed: only verifyAttestation can tell', () => {
    const [head, , signature] = signed.token.split('.') as [string, string, string];
    const payload = encodeBase64Url(new TextEncoder().encode(JSON.stringify({ ...wire(), code: '10' })));
    expect(parseAttestation(`${head}.${payload}.${signature}`).claims.status).toBe('10');
  });

  it('never quotes the input in its message', async () => {
    const token = await withPayload(JSON.stringify({ ...wire(), name: '测试甲', reason: 'bad reason 测试甲' }));
    try {
      parseAttestation(token);
      expect.unreachable();
    } catch (error) {
      expect((error as AttestationError).message).not.toMatch(/测试甲|bad reason/);
    }
  });
});

describe('readClaims', () => {
  it('reads from a verified token what parseAttestation read', () => {
    expect(readClaims(signed.token)).toEqual(parseAttestation(signed.token).claims);
  });
});
