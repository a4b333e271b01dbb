import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { checkAgainst, registerProvince, RULES_OF_PROVINCE, type RegisteredBefore } from './register-province.js';
import { parseRegistration, type Registration } from './registration.js';

const GUIZHOU = parseProvinceCode('520000');
const BEIJING = parseProvinceCode('110000');
const NOTHING: RegisteredBefore = { keys: [], foreignRecognisers: [], rules: [], acceptedKids: [], isFirstOfFounding: false, holders: new Map() };

let signing: GeneratedProvinceKey;
let sealing: GeneratedProvinceKey;
let good: v1.RegisterRequest.$Properties;

beforeAll(async () => {
  signing = await generateProvinceKey('sig');
  sealing = await generateProvinceKey('enc');
  const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), GUIZHOU);
  good = {
    mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
    keys: [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    recognisers: [{ prefix: 'HC:52:', infix: '', minLength: 10, maxLength: 200 }],
    rules: [{ id: '520000-direct', version: '1', title: '国家码直接使用' }],
    adapterVersion: '0.1.0',
  };
});

async function refusedFields(attempt: Promise<unknown> | (() => unknown)): Promise<readonly string[]> {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt);
  } catch (error) {
    if (error instanceof HubError && error.code === 'REGISTRATION_INVALID') return error.fieldViolations.map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('parseRegistration', () => {
  it('accepts keys with proof, recognisers and rules', async () => {
    const registration = await parseRegistration(good, GUIZHOU);
    expect(registration.keys.map(({ kid, use }) => [kid, use])).toEqual([
      [signing.publicJwk.kid, 'sig'],
      [sealing.publicJwk.kid, 'enc'],
    ]);
    expect(registration.mode).toBe('direct');
  });

  it('accepts a rule that looks at the risk levels of regions, and refuses facts of no list or named twice', async () => {
    const citing = (facts: readonly v1.CitedFact[]) => parseRegistration({ ...good, rules: [{ id: '520000-direct', version: '1', title: '国家码直接使用', facts: [...facts] }] }, GUIZHOU);
    const { CITED_FACT_REGIONAL_RISK_LEVEL: level, CITED_FACT_UNSPECIFIED: none } = v1.CitedFact;
    expect((await citing([level])).rules).toMatchObject([{ facts: ['regional-risk-level'] }]);
    for (const facts of [[none], [99 as v1.CitedFact], [level, level]]) expect(await refusedFields(citing(facts))).toEqual(['rules[0].facts']);
  });

  it('says in its sentence which field is wrong and why: it is all that stands in the log of the adapter', async () => {
    const short = parseRegistration({ ...good, recognisers: [{ prefix: 'QH~', infix: '', minLength: 21, maxLength: 21 }] }, GUIZHOU);
    await expect(short).rejects.toMatchObject({ message: 'bad fields: recognisers[0].prefix is shorter than 4 bytes' });
  });

  it('refuses control characters, which terminals obey and the database does not take', async () => {
    const rules = [{ id: '520000-direct', version: '1', title: '国家码\x1b[2J' }];
    expect(await refusedFields(parseRegistration({ ...good, rules, adapterVersion: '1.0\x1b[8m' }, GUIZHOU))).toEqual(['adapter_version', 'rules[0].title']);
    const recognisers = [{ prefix: 'HC:52\0', infix: 'here\0', minLength: 20, maxLength: 200 }];
    expect(await refusedFields(parseRegistration({ ...good, recognisers }, GUIZHOU))).toEqual(['recognisers[0].prefix', 'recognisers[0].infix']);
  });

  it('refuses a signing key without a proof made for this very province', async () => {
    expect(await refusedFields(parseRegistration(good, BEIJING))).toEqual(['keys[0]']);
    const [key, other] = good.keys ?? [];
    if (key === undefined || other === undefined) throw new Error('no keys');
    expect(await refusedFields(parseRegistration({ ...good, keys: [{ ...key, proof: '' }, other] }, GUIZHOU))).toEqual(['keys[0]']);
  });

  it('refuses a private key, a key stated for another use, and text that is no key', async () => {
    const jwks = [JSON.stringify(signing.privateJwk), 'null', '[]', '{', 'x'.repeat(5000)];
    for (const jwk of jwks) {
      const keys = [{ ...good.keys?.[0], jwk }, good.keys?.[1] ?? {}];
      expect(await refusedFields(parseRegistration({ ...good, keys }, GUIZHOU)), jwk.slice(0, 9)).toEqual(['keys[0]']);
    }
    const swapped = [{ ...good.keys?.[0], use: v1.KeyUse.KEY_USE_ENCRYPTION }, good.keys?.[1] ?? {}];
    expect(await refusedFields(parseRegistration({ ...good, keys: swapped }, GUIZHOU))).toEqual(['keys[0]']);
  });

  it('refuses a registration without a key to sign or one to encrypt to, or with one key twice', async () => {
    const [first = {}, second = {}] = good.keys ?? [];
    for (const keys of [[], [first], [second], [first, second, second]]) {
      expect(await refusedFields(parseRegistration({ ...good, keys }, GUIZHOU))).toContain('keys');
    }
  });

  it('refuses recognisers without bounds, and such as take in attestations', async () => {
    const attempt = (recogniser: v1.Recogniser.$Properties) => refusedFields(parseRegistration({ ...good, recognisers: [recogniser] }, GUIZHOU));
    expect(await attempt({})).toEqual(expect.arrayContaining(['recognisers[0].prefix']));
    expect(await attempt({ prefix: 'HC:5', minLength: 3, maxLength: 9 })).toEqual(['recognisers[0].min_length']);
    expect(await attempt({ prefix: 'HC:5', minLength: 9, maxLength: 8 })).toEqual(['recognisers[0].max_length']);
    expect(await attempt({ prefix: 'HC:5', minLength: 9, maxLength: 5000 })).toEqual(['recognisers[0].max_length']);
    for (const prefix of ['urn:', 'urn:cn:healthcode:', 'urn:cn:healthcode:canary:', 'urn:cn:healthcode:canary:520000:']) {
      expect(await attempt({ prefix, minLength: 40, maxLength: 60 })).toEqual(['recognisers[0].prefix']);
    }
    expect(await attempt({ prefix: 'urn:cn:healthcode:local:', minLength: 40, maxLength: 60 })).toEqual([]);
    for (const prefix of ['e', 'eyJ', 'eyJhbGciOi', 'CNHC', 'CNHC1:6B']) expect(await attempt({ prefix, minLength: 20, maxLength: 30 })).toEqual(['recognisers[0].prefix']);
  });

  it.each(['h', 'http', 'HTTPS', 'https://', 'https://s.sh.gov.cn', 'https://user@s.sh.gov.cn/', 'https:///', 'https://?', 'HC:', '码'])(
    'refuses %s as the beginning of codes: it would take in what is others\'',
    async (prefix) => {
      const recognisers = [{ prefix, infix: '', minLength: 30, maxLength: 60 }];
      expect(await refusedFields(parseRegistration({ ...good, recognisers }, GUIZHOU))).toEqual(['recognisers[0].prefix']);
    },
  );

  it.each(['https://s.sh.gov.cn/', 'HTTPS://S.SH.GOV.CN/', 'http://10.0.0.1:8080/code?', 'HC:5', '健康'])('accepts %s as the beginning of codes', async (prefix) => {
    const recognisers = [{ prefix, infix: '', minLength: 30, maxLength: 60 }];
    expect(await refusedFields(parseRegistration({ ...good, recognisers }, GUIZHOU))).toEqual([]);
  });

  it('refuses an infix that says next to nothing', async () => {
    const recognisers = [{ prefix: 'HC:5', infix: 'id=', minLength: 30, maxLength: 60 }];
    expect(await refusedFields(parseRegistration({ ...good, recognisers }, GUIZHOU))).toEqual(['recognisers[0].infix']);
  });

  it('holds a province to the beginnings that the operator lists for it', async () => {
    const store = { saveRegistration: () => Promise.resolve() };
    const register = (...codePrefixes: readonly string[]) =>
      refusedFields(registerProvince({ code: GUIZHOU, actor: 'spiffe://health-code.internal/province/520000', codePrefixes }, good, 1_800_000_000, store));
    expect(await register('https://gz.example/', 'HC:52')).toEqual([]);
    expect(await register('HC:52:1', 'https://gz.example/')).toEqual(['recognisers[0].prefix']);
  });

  it('names every bad field at once', async () => {
    const bad = { ...good, mode: v1.RecognitionMode.RECOGNITION_MODE_UNSPECIFIED, rules: [{ id: 'a b', version: '', title: '' }] };
    expect(await refusedFields(parseRegistration(bad, GUIZHOU))).toEqual(['mode', 'rules[0].id', 'rules[0].version', 'rules[0].title']);
  });
});

describe('checkAgainst', () => {
  const registration = (): Promise<Registration> => parseRegistration(good, GUIZHOU);

  it('accepts the same registration again', async () => {
    const again = await registration();
    const before: RegisteredBefore = { ...NOTHING, keys: again.keys.map((key) => ({ ...key, province: GUIZHOU, isRetired: false })), rules: again.rules };
    expect(await refusedFields(() => { checkAgainst(before, again, GUIZHOU); })).toEqual([]);
  });

  it('refuses a key of another province, and a key that changed its use', async () => {
    const stated = await registration();
    const [first, second] = stated.keys;
    if (first === undefined || second === undefined) throw new Error('no keys');
    const before: RegisteredBefore = { ...NOTHING, keys: [{ ...first, province: BEIJING, isRetired: false }, { ...second, use: 'sig', province: GUIZHOU, isRetired: false }] };
    expect(await refusedFields(() => { checkAgainst(before, stated, GUIZHOU); })).toEqual(['keys[0]', 'keys[1]']);
  });

  it('refuses to bring back a key that was given up', async () => {
    const stated = await registration();
    const before: RegisteredBefore = { ...NOTHING, keys: stated.keys.map((key) => ({ ...key, province: GUIZHOU, isRetired: key.use === 'sig' })) };
    expect(await refusedFields(() => { checkAgainst(before, stated, GUIZHOU); })).toEqual(['keys[0]']);
  });

  it('refuses recognisers that take in codes of another province', async () => {
    const before: RegisteredBefore = { ...NOTHING, foreignRecognisers: [{ prefix: 'HC:52:B', infix: '', minLength: 8, maxLength: 50 }] };
    const stated = await registration();
    expect(await refusedFields(() => { checkAgainst(before, stated, GUIZHOU); })).toEqual(['recognisers[0]']);
  });

  it('refuses a rule whose registered version said something else', async () => {
    const before: RegisteredBefore = { ...NOTHING, rules: [{ id: '520000-direct', version: '1', title: '别的规则', facts: [] }] };
    const stated = await registration();
    expect(await refusedFields(() => { checkAgainst(before, stated, GUIZHOU); })).toEqual(['rules[0].title']);
  });

  it('refuses more rules than are listed of one province, and none that is registered already', async () => {
    const full = Array.from({ length: RULES_OF_PROVINCE }, (_, at) => ({ id: '520000-former', version: String(at), title: '旧规则', facts: [] }));
    const stated = await registration();
    expect(await refusedFields(() => { checkAgainst({ ...NOTHING, rules: full }, stated, GUIZHOU); })).toEqual(['rules']);
    expect(() => { checkAgainst({ ...NOTHING, rules: [...full.slice(1), ...stated.rules] }, stated, GUIZHOU); }).not.toThrow();
  });

  it('refuses a rule whose registered version looked at other facts', async () => {
    const before: RegisteredBefore = { ...NOTHING, rules: [{ id: '520000-direct', version: '1', title: '国家码直接使用', facts: ['regional-risk-level'] }] };
    const stated = await registration();
    expect(await refusedFields(() => { checkAgainst(before, stated, GUIZHOU); })).toEqual(['rules[0].facts']);
  });
});
