import { parseProvinceCode, type RegionalPolicy } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { PolicyRegister } from './policy-register.js';

const NOW = 1_700_000_000;
const [BEIJING, GUIZHOU] = [parseProvinceCode('110000'), parseProvinceCode('520000')];
const policy: RegionalPolicy = { id: '110000-1', version: 2, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW, effectiveUntil: NOW + 60 };

describe('PolicyRegister', () => {
  it('leaves everything to the floor before anything is known', () => {
    const register = new PolicyRegister();
    expect(register.findStricter(BEIJING, GUIZHOU, NOW)).toBeUndefined();
    expect(register.isDeclared(BEIJING, GUIZHOU, NOW)).toBe(true);
    expect(register.isDeclared(BEIJING, BEIJING, NOW)).toBe(false);
  });

  it('knows a rule in its time, and forgets what is no longer approved', () => {
    const register = new PolicyRegister();
    register.replace([policy]);
    expect(register.findStricter(BEIJING, GUIZHOU, NOW)).toBe(policy);
    expect(register.findStricter(GUIZHOU, BEIJING, NOW)).toBeUndefined();
    expect(register.findStricter(BEIJING, GUIZHOU, NOW + 60)).toBeUndefined();
    expect(register.isDeclared(BEIJING, GUIZHOU, NOW)).toBe(true);
    register.replace([]);
    expect(register.findStricter(BEIJING, GUIZHOU, NOW)).toBeUndefined();
  });
});
