import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { codeOf, codeOfRejection } from './attestation.fixture.js';
import { parseIdentityDocument } from './identity-document.js';
import { createSubjectReference, parseSubjectReference } from './subject-reference.js';

const document = parseIdentityDocument('01', '11010519491231002X');
const secret = new Uint8Array(32).fill(7);

describe('createSubjectReference', () => {
  it('is the HMAC-SHA-256 over type and number, after the version of the key', async () => {
    const mac = createHmac('sha256', secret).update('01:11010519491231002X').digest('base64url');
    expect(await createSubjectReference(document, { version: 3, secret })).toBe(`3.${mac}`);
  });

  it('differs by document, type, key and version', async () => {
    const passport = parseIdentityDocument('03', 'E00000000');
    const references = await Promise.all([
      createSubjectReference(document, { version: 1, secret }),
      createSubjectReference(passport, { version: 1, secret }),
      createSubjectReference(document, { version: 2, secret }),
      createSubjectReference(document, { version: 1, secret: new Uint8Array(32).fill(8) }),
    ]);
    expect(new Set(references.map((reference) => reference.split('.')[1])).size).toBe(3);
    expect(new Set(references).size).toBe(4);
  });

  it('refuses a short secret and a version that is not 1 to 9999', async () => {
    const short = { version: 1, secret: new Uint8Array(31) };
    expect(await codeOfRejection(createSubjectReference(document, short))).toBe('SUBJECT_REFERENCE_INVALID');
    for (const version of [0, -1, 1.5, 10_000, Number.NaN]) {
      expect(await codeOfRejection(createSubjectReference(document, { version, secret }))).toBe('SUBJECT_REFERENCE_INVALID');
    }
  });
});

describe('parseSubjectReference', () => {
  it('accepts the one form', () => {
    expect(parseSubjectReference(`12.${'A'.repeat(43)}`)).toBe(`12.${'A'.repeat(43)}`);
  });

  const refused = ['', '1.', `1.${'A'.repeat(42)}`, `1.${'A'.repeat(42)}B`, `01.${'A'.repeat(43)}`, `1.${'A'.repeat(43)}=`];
  for (const text of [...refused, `1.${'A'.repeat(43)}\n`, `.${'A'.repeat(43)}`, '11010519491231002X']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(codeOf(() => parseSubjectReference(text))).toBe('SUBJECT_REFERENCE_INVALID');
    });
  }
});
