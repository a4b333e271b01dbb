import { importProvinceKey, parseProvinceCode, verifyPossessionProof } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeProvinceKeys } from '../keys/province-keys.fixture.js';
import type { ProvinceKeys } from '../keys/province-keys.js';
import type { ProvinceProfile, RecognitionMode } from '../province-system.js';
import { createRegistration } from './registration.js';

const rule = { id: '520000-conversion', version: '1' };
const profileIn = (mode: RecognitionMode): ProvinceProfile => ({
  code: parseProvinceCode('520000'), slug: 'guizhou', system: 'guizhou-test', mode, recognisers: [], conversionRule: rule, timeZone: 'Asia/Shanghai',
  rules: [{ ...rule, title: '转码规则' }, { id: '520000-travel', version: '2', title: '中高风险地区旅居史', facts: ['regional-risk-level'] }],
});

let keys: ProvinceKeys;

beforeAll(async () => {
  keys = await makeProvinceKeys({ signing: 2, opening: 2 });
});

describe('createRegistration', () => {
  it('states what the rules look at beside the person’s own record', async () => {
    const { rules } = await createRegistration(profileIn('share'), keys, '0.1.0');
    expect(rules).toEqual([
      { ...rule, title: '转码规则', facts: [] },
      { id: '520000-travel', version: '2', title: '中高风险地区旅居史', facts: [v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL] },
      { id: '520000-canary', version: '1', title: '探测对象规则', facts: [] },
    ]);
  });

  it.each(['convert', 'direct'] as const)('states the rule of converted statements in mode %s', async (mode) => {
    const { rules } = await createRegistration(profileIn(mode), keys, '0.1.0');
    expect(rules?.slice(-2)).toEqual([
      { id: '520000-conversion-foreign', version: '1', title: '外省健康码转码规则', facts: [] },
      { id: '520000-canary', version: '1', title: '探测对象规则', facts: [] },
    ]);
  });

  it('states every key, those in use first, and proves that it holds those it signs with', async () => {
    const stated = (await createRegistration(profileIn('share'), keys, '0.1.0')).keys ?? [];
    expect(stated.map(({ use }) => use)).toEqual([1, 1, 2, 2]);
    const imported = await Promise.all(stated.map(({ jwk }) => importProvinceKey(JSON.parse(jwk ?? ''), parseProvinceCode('520000'))));
    expect(imported.map(({ kid }) => kid)).toEqual([...keys.signing, ...keys.opening].map(({ key }) => key.kid));
    for (const position of [0, 1]) await expect(verifyPossessionProof(stated[position]?.proof ?? '', imported[position]!)).resolves.toBeUndefined();
  });

  it('says which versions of the protocol it speaks, and its own', async () => {
    expect(await createRegistration(profileIn('share'), keys, '0.1.0')).toMatchObject({ adapterVersion: '0.1.0', protocolVersions: [1, 2] });
  });
});
