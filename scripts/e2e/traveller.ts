import { v1 } from '@health-code/messages';
import type { RunningCountry } from './running-country.js';

/** Nobody: no such region, and nobody born that day is alive. */
export const TRAVELLER = { name: '测试旅人', idType: '01', idNumber: '520199190001010016', phone: '19955550001' } as const;

const GUIZHOU = '520000';
/** A unified social credit code with a right check character, of nobody. */
const ORGANISATION = '91520000000000000D';
const WELL = 36.5;

/** What the traveller's telephone holds, and what was asked for it. */
export interface ObtainedCode {
  /** Local code of Guizhou, good for one scan. */
  readonly code: Uint8Array;
  /** SD-JWT. */
  readonly attestation: string;
  readonly subjectReference: string;
  readonly status: v1.HealthStatus;
  readonly application: v1.IMakeCodeRequest;
}

/** The traveller declares her health, applies for a code and has it made, GB/T 38963 6.2, 6.5 and 6.6. Degrees Celsius. */
export async function obtainCode({ person }: RunningCountry, temperature = WELL): Promise<ObtainedCode> {
  const { subjectReference, status } = await person.declareHealth({
    province: GUIZHOU,
    temperature,
    subject: { ...TRAVELLER, sex: '9', nationality: 'CHN', registeredRegion: GUIZHOU },
  });
  const { businessSerialNumber, randomNumber } = await person.applyCode({ province: GUIZHOU, subjectReference, organisation: ORGANISATION, purpose: v1.Purpose.PURPOSE_TRAVEL });
  const application = { province: GUIZHOU, businessSerialNumber, randomNumber };
  const { code, attestation } = await person.makeCode(application);
  return { code, attestation, subjectReference, status, application };
}

/** One character in the middle of the signature becomes another. */
export function tamper(attestation: string): string {
  const [token = '', ...disclosures] = attestation.split('~');
  const place = token.lastIndexOf('.') + 20;
  const other = token.charAt(place) === 'A' ? 'B' : 'A';
  return [token.slice(0, place) + other + token.slice(place + 1), ...disclosures].join('~');
}
