import { mayTakeTheSame } from '@health-code/attestation';
import type { FieldViolation } from '../errors.js';
import type { AdmittedProvince } from './admission.js';
import { parseRegistration, registrationRefused, type Registration, type StatedRule } from './registration.js';
import type { Recogniser } from './registry.js';
import type { v1 } from '@health-code/messages';

/** What is registered already and a new registration must not contradict; read under the lock that the change holds. */
export interface RegisteredBefore {
  /** Who registered the key ids of the new registration, for what, and whether they were given up since. */
  readonly keys: readonly { readonly kid: string; readonly province: string; readonly use: 'sig' | 'enc'; readonly isRetired: boolean }[];
  /** Recognisers of every other province. */
  readonly foreignRecognisers: readonly Recogniser[];
  /** Rules of the province itself. */
  readonly rules: readonly StatedRule[];
}

/** Where registrations are kept. `check` runs inside the transaction; what it throws undoes everything. */
export interface RegistrationStore {
  saveRegistration(province: AdmittedProvince, registration: Registration, at: number, check: (before: RegisteredBefore) => void): Promise<void>;
}

/**
 * Versions of rules that one province may register in all its time. They are only added to, and everybody reads them: one
 * province could otherwise make the list of provinces too long to be sent.
 */
export const RULES_OF_PROVINCE = 1024;

/**
 * Refuses what one province may not state in view of what others, and it itself, stated before.
 * @throws HubError REGISTRATION_INVALID naming every field that is wrong
 */
export function checkAgainst(before: RegisteredBefore, registration: Registration, province: string): void {
  const violations: FieldViolation[] = [];
  registration.keys.forEach((key, position) => {
    const known = before.keys.find((candidate) => candidate.kid === key.kid);
    const field = `keys[${String(position)}]`;
    if (known !== undefined && known.province !== province) violations.push({ field, description: 'is registered by another province' });
    else if (known !== undefined && known.use !== key.use) violations.push({ field, description: 'is registered for another use' });
    // Whoever stole it could otherwise bring it back.
    else if (known?.isRetired === true) violations.push({ field, description: 'was given up by a registration without it; make a new key' });
  });
  registration.recognisers.forEach((recogniser, position) => {
    if (before.foreignRecognisers.some((foreign) => mayTakeTheSame(recogniser, foreign))) {
      violations.push({ field: `recognisers[${String(position)}]`, description: 'takes in codes of another province' });
    }
  });
  registration.rules.forEach((rule, position) => {
    const known = before.rules.find((candidate) => candidate.id === rule.id && candidate.version === rule.version);
    // A rule must not change behind the backs of those it was applied to.
    if (known !== undefined && known.title !== rule.title) {
      violations.push({ field: `rules[${String(position)}].title`, description: 'differs from the registered one; a changed rule is a new version' });
    }
    if (known !== undefined && known.facts.join() !== rule.facts.join()) {
      violations.push({ field: `rules[${String(position)}].facts`, description: 'differ from the registered ones; a changed rule is a new version' });
    }
  });
  const added = registration.rules.filter((rule) => !before.rules.some(({ id, version }) => id === rule.id && version === rule.version));
  if (added.length > 0 && before.rules.length + added.length > RULES_OF_PROVINCE) {
    violations.push({ field: 'rules', description: `are more than ${String(RULES_OF_PROVINCE)} with those registered before` });
  }
  if (violations.length > 0) throw registrationRefused(violations);
}

/**
 * 接入登记: takes what a province states of itself. Rules are only ever added, recognisers are replaced. A key that is no
 * longer stated is retired for good: what it signed until then stays verifiable.
 * @param at seconds since the epoch
 * @throws HubError REGISTRATION_INVALID
 */
export async function registerProvince(province: AdmittedProvince, request: v1.RegisterRequest.$Properties, at: number, store: RegistrationStore): Promise<void> {
  const registration = await parseRegistration(request, province.code, province.codePrefixes);
  await store.saveRegistration(province, registration, at, (before) => { checkAgainst(before, registration, province.code); });
}
