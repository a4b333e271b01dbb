import { createPossessionProof } from '@health-code/attestation';
import { PROTOCOL_VERSIONS, v1 } from '@health-code/messages';
import { foreignConversionRule, isConverting } from '../attest/foreign-conversion-rule.js';
import { canaryRule } from '../canary/canary-rule.js';
import type { ProvinceKeys } from '../keys/province-keys.js';
import type { CitedFact, ProvinceProfile, RecognitionMode } from '../province-system.js';

const MODES: Readonly<Record<RecognitionMode, v1.RecognitionMode>> = {
  share: v1.RecognitionMode.RECOGNITION_MODE_SHARE,
  convert: v1.RecognitionMode.RECOGNITION_MODE_CONVERT,
  direct: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
};

const FACTS: Readonly<Record<CitedFact, v1.CitedFact>> = { 'regional-risk-level': v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL };

/** 接入登记: what this province states about itself at every start, and whenever its keys change. */
export async function createRegistration(profile: ProvinceProfile, keys: ProvinceKeys, adapterVersion: string): Promise<v1.IRegisterRequest> {
  const converting = isConverting(profile.mode) ? [foreignConversionRule(profile.code)] : [];
  const rules = [...profile.rules, ...converting, canaryRule(profile.code)];
  return {
    mode: MODES[profile.mode],
    keys: [
      ...(await Promise.all(
        keys.signing.map(async ({ key, publicJwk }) => ({
          jwk: JSON.stringify(publicJwk),
          use: v1.KeyUse.KEY_USE_SIGNATURE,
          proof: await createPossessionProof(key, profile.code),
        })),
      )),
      ...keys.opening.map(({ publicJwk }) => ({ jwk: JSON.stringify(publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION })),
    ],
    recognisers: profile.recognisers.map((recogniser) => ({ ...recogniser })),
    rules: rules.map(({ id, version, title, facts = [] }) => ({ id, version, title, facts: facts.map((fact) => FACTS[fact]) })),
    adapterVersion,
    protocolVersions: [...PROTOCOL_VERSIONS],
  };
}
