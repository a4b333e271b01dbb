import { mayTakeTheSame, type ProvinceCode } from '@health-code/attestation';
import { HubError, type FieldViolation } from '../errors.js';
import { checkKeys, type KeyHolder } from '../joining/check-key.js';
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
  /** Which of the stated keys were accepted before, for the stated use, and may be used. */
  readonly acceptedKids: readonly string[];
  /** Whether no key of a founding member was ever accepted: its first registration is its submission. */
  readonly isFirstOfFounding: boolean;
  /** Everybody who has one of the stated keys, by RFC 7638 thumbprint. */
  readonly holders: ReadonlyMap<string, readonly KeyHolder[]>;
}

/** The calling province: who it is, and how its codes may begin. */
export interface RegisteringProvince {
  readonly code: ProvinceCode;
  readonly codePrefixes?: readonly string[];
  /** SPIFFE ID. */
  readonly actor: string;
}

/** Where registrations are kept. `check` runs inside the transaction; what it throws undoes everything. */
export interface RegistrationStore {
  saveRegistration(province: RegisteringProvince, registration: Registration, at: number, check: (before: RegisteredBefore) => Promise<void>): Promise<void>;
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

/** @throws HubError KEY_NOT_ACCEPTED, naming every key that never passed the gates or was revoked */
export function requireAccepted({ acceptedKids }: RegisteredBefore, registration: Registration): void {
  const fieldViolations = registration.keys.flatMap(({ kid }, position): readonly FieldViolation[] =>
    acceptedKids.includes(kid) ? [] : [{ field: `keys[${String(position)}]`, description: 'was never accepted for this use, or was revoked' }],
  );
  if (fieldViolations.length > 0) throw new HubError('KEY_NOT_ACCEPTED', `keys that are not accepted: ${fieldViolations.map(({ field }) => field).join(', ')}`, { fieldViolations });
}

/** The first keys of a founding member go through the gates of everybody else's. @throws HubError REGISTRATION_INVALID */
async function requireGoodKeys(request: v1.RegisterRequest.$Properties, province: ProvinceCode, now: number, { holders }: RegisteredBefore): Promise<void> {
  const { checks } = await checkKeys(request.keys ?? [], { province, challenge: undefined, now, findHolders: () => Promise.resolve(holders) });
  const violations = checks.filter(({ outcome }) => outcome === 'failed').map(({ subject, name, detail }): FieldViolation => ({ field: subject, description: `${name}: ${detail}` }));
  if (violations.length > 0) throw registrationRefused(violations);
}

/**
 * 接入登记: takes what a province states of itself, with keys that were accepted before. Rules are only ever added,
 * recognisers are replaced. A key that is no longer stated is retired for good: what it signed until then stays verifiable.
 * @param at seconds since the epoch
 * @returns what was taken
 * @throws HubError REGISTRATION_INVALID, KEY_NOT_ACCEPTED, PROTOCOL_VERSION_UNSUPPORTED, MEMBERSHIP_STATE_INVALID for who is no member any more
 */
export async function registerProvince(province: RegisteringProvince, request: v1.RegisterRequest.$Properties, at: number, store: RegistrationStore): Promise<Registration> {
  const registration = await parseRegistration(request, province.code, province.codePrefixes);
  await store.saveRegistration(province, registration, at, async (before) => {
    checkAgainst(before, registration, province.code);
    if (before.isFirstOfFounding) await requireGoodKeys(request, province.code, at, before);
    else requireAccepted(before, registration);
  });
  return registration;
}
