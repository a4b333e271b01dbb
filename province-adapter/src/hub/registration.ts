import { createPossessionProof } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { foreignConversionRule, isConverting } from '../attest/foreign-conversion-rule.js';
import type { ProvinceKeys } from '../keys/province-keys.js';
import type { CitedFact, ProvinceProfile, RecognitionMode } from '../province-system.js';

const MODES: Readonly<Record<RecognitionMode, v1.RecognitionMode>> = {
  share: v1.RecognitionMode.RECOGNITION_MODE_SHARE,
  convert: v1.RecognitionMode.RECOGNITION_MODE_CONVERT,
  direct: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
};

const FACTS: Readonly<Record<CitedFact, v1.CitedFact>> = { 'regional-risk-level': v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL };

/** 接入登记: what this province states about itself at every start. */
export async function createRegistration(profile: ProvinceProfile, keys: ProvinceKeys, adapterVersion: string): Promise<v1.IRegisterRequest> {
  const rules = isConverting(profile.mode) ? [...profile.rules, foreignConversionRule(profile.code)] : profile.rules;
  return {
    mode: MODES[profile.mode],
    keys: [
      {
        jwk: JSON.stringify(keys.publicJwks.signing),
        use: v1.KeyUse.KEY_USE_SIGNATURE,
        proof: await createPossessionProof(keys.signing, profile.code),
      },
      { jwk: JSON.stringify(keys.publicJwks.encryption), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    recognisers: profile.recognisers.map((recogniser) => ({ ...recogniser })),
    rules: rules.map(({ id, version, title, facts = [] }) => ({ id, version, title, facts: facts.map((fact) => FACTS[fact]) })),
    adapterVersion,
  };
}
