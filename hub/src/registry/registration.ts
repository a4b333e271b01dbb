import { importProvinceKey, verifyPossessionProof, AttestationError, type ProvinceCode } from '@health-code/attestation';
import { commonProtocolVersion, PROTOCOL_VERSIONS, v1 } from '@health-code/messages';
import { HubError, type FieldViolation } from '../errors.js';
import { parseRecognisers } from './parse-recognisers.js';
import type { CitedFact, Recogniser, RegisteredRule } from './registry.js';

/** 互认模式: in which of the three official modes a province works. */
export type RecognitionMode = 'share' | 'convert' | 'direct';

/** A key as a province stated it: checked, with its JWK as it is stored and published. */
export interface StatedKey {
  readonly kid: string;
  readonly use: 'sig' | 'enc';
  /** Public JWK in JSON. */
  readonly jwk: string;
}

/** A version of an assignment rule, as its province states it. */
export type StatedRule = Omit<RegisteredRule, 'province'>;

/** What a province's adapter states of itself, after every check that needs no other province. */
export interface Registration {
  readonly mode: RecognitionMode;
  readonly keys: readonly StatedKey[];
  readonly recognisers: readonly Recogniser[];
  readonly rules: readonly StatedRule[];
  readonly adapterVersion: string;
  /** The version of the protocol that both speak. */
  readonly protocolVersion: number;
}

const MODES: Readonly<Record<v1.RecognitionMode, RecognitionMode | undefined>> = {
  [v1.RecognitionMode.RECOGNITION_MODE_UNSPECIFIED]: undefined,
  [v1.RecognitionMode.RECOGNITION_MODE_SHARE]: 'share',
  [v1.RecognitionMode.RECOGNITION_MODE_CONVERT]: 'convert',
  [v1.RecognitionMode.RECOGNITION_MODE_DIRECT]: 'direct',
};

const USES: Readonly<Record<v1.KeyUse, 'sig' | 'enc' | undefined>> = {
  [v1.KeyUse.KEY_USE_UNSPECIFIED]: undefined,
  [v1.KeyUse.KEY_USE_SIGNATURE]: 'sig',
  [v1.KeyUse.KEY_USE_ENCRYPTION]: 'enc',
};

const FACTS: Readonly<Record<v1.CitedFact, CitedFact | undefined>> = {
  [v1.CitedFact.CITED_FACT_UNSPECIFIED]: undefined,
  [v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL]: 'regional-risk-level',
};

/** Bounds of one registration; lengths in bytes. */
const MAX = { keys: 16, jwk: 4096, rules: 256, title: 256, adapterVersion: 64, protocolVersions: 16 } as const;

const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RULE_VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** Cannot be stored where it is NUL, and moves the cursor of whoever reads it in a terminal. */
const CONTROL = /\p{Cc}/u;

const bytes = (text: string): number => Buffer.byteLength(text);
const hasRepeats = (values: readonly string[]): boolean => new Set(values).size !== values.length;

type Refuse = (field: string, description: string) => void;

/** REGISTRATION_INVALID, with the reasons in its sentence: that is what stands in the adapter's log, where nobody sees details. */
export function registrationRefused(violations: readonly FieldViolation[]): HubError {
  const fields = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  return new HubError('REGISTRATION_INVALID', `bad fields: ${fields}`, { fieldViolations: violations });
}

/**
 * A registration out of an adapter's request, which is attacker-controlled: a province may be compromised.
 * @param codePrefixes how its codes may begin, where the operator lists it
 * @throws HubError REGISTRATION_INVALID naming every field that is wrong; PROTOCOL_VERSION_UNSUPPORTED
 */
export async function parseRegistration(
  request: v1.RegisterRequest.$Properties,
  province: ProvinceCode,
  codePrefixes?: readonly string[],
): Promise<Registration> {
  const violations: FieldViolation[] = [];
  const refuse: Refuse = (field, description) => violations.push({ field, description });
  const protocolVersion = parseProtocolVersion(request.protocolVersions ?? []);
  const mode = MODES[request.mode ?? v1.RecognitionMode.RECOGNITION_MODE_UNSPECIFIED];
  if (mode === undefined) refuse('mode', 'is not one of the three modes');
  if (bytes(request.adapterVersion ?? '') > MAX.adapterVersion) refuse('adapter_version', `is longer than ${String(MAX.adapterVersion)} bytes`);
  if (CONTROL.test(request.adapterVersion ?? '')) refuse('adapter_version', 'holds a control character');
  const keys = await parseKeys(request.keys ?? [], province, refuse);
  const recognisers = parseRecognisers(request.recognisers ?? [], codePrefixes, refuse);
  const rules = parseRules(request.rules ?? [], refuse);
  if (mode === undefined || violations.length > 0) {
    throw registrationRefused(violations);
  }
  return { mode, keys, recognisers, rules, adapterVersion: request.adapterVersion ?? '', protocolVersion };
}

function parseProtocolVersion(theirs: readonly number[]): number {
  const told = theirs.slice(0, MAX.protocolVersions);
  const common = commonProtocolVersion(PROTOCOL_VERSIONS, told);
  if (common !== undefined) return common;
  throw new HubError('PROTOCOL_VERSION_UNSUPPORTED', `the adapter speaks ${told.join(', ')}; the hub speaks ${PROTOCOL_VERSIONS.join(', ')}`);
}

async function parseKeys(keys: readonly v1.PublicKey.$Properties[], province: ProvinceCode, refuse: Refuse): Promise<readonly StatedKey[]> {
  if (keys.length > MAX.keys) {
    refuse('keys', `are more than ${String(MAX.keys)}`);
    return [];
  }
  const stated: StatedKey[] = [];
  for (const [position, key] of keys.entries()) {
    try {
      stated.push(await parseKey(key, province));
    } catch (error) {
      refuse(`keys[${String(position)}]`, error instanceof AttestationError || error instanceof HubError ? error.message : 'is not a key');
    }
  }
  if (hasRepeats(stated.map((key) => key.kid))) refuse('keys', 'name one key twice; signing and encryption need a key each');
  // Only once the keys themselves are good: otherwise the missing one is the refused one.
  if (stated.length === keys.length) {
    if (!stated.some((key) => key.use === 'sig')) refuse('keys', 'hold none that signs');
    const sealing = stated.filter((key) => key.use === 'enc').length;
    // The second one is of a rotation: what was sealed to the former a moment ago can still be opened.
    if (sealing < 1 || sealing > 2) refuse('keys', 'must hold one or two to encrypt to');
  }
  return stated;
}

async function parseKey(stated: v1.PublicKey.$Properties, province: ProvinceCode): Promise<StatedKey> {
  const jwk = stated.jwk ?? '';
  if (bytes(jwk) > MAX.jwk) throw new HubError('REGISTRATION_INVALID', `is longer than ${String(MAX.jwk)} bytes`);
  const json: unknown = JSON.parse(jwk);
  const key = await importProvinceKey(json, province);
  if (USES[stated.use ?? v1.KeyUse.KEY_USE_UNSPECIFIED] !== key.use) throw new HubError('REGISTRATION_INVALID', 'is stated for another use than its JWK says');
  // A province could otherwise register another's public key and pass off its attestations as its own.
  if (key.use === 'sig') await verifyPossessionProof(stated.proof ?? '', key);
  return { kid: key.kid, use: key.use, jwk: JSON.stringify({ ...(json as object), kid: key.kid }) };
}

function parseRules(rules: readonly v1.AssignmentRule.$Properties[], refuse: Refuse): readonly StatedRule[] {
  if (rules.length > MAX.rules) refuse('rules', `are more than ${String(MAX.rules)}`);
  const stated = rules.slice(0, MAX.rules).map((rule, position): StatedRule => {
    const { id = '', version = '', title = '' } = rule as Partial<Pick<StatedRule, 'id' | 'version' | 'title'>>;
    const field = (name: string): string => `rules[${String(position)}].${name}`;
    if (!RULE_ID.test(id)) refuse(field('id'), 'is not 1 to 64 letters, digits, dots, dashes or underscores');
    if (!RULE_VERSION.test(version)) refuse(field('version'), 'is not 1 to 32 letters, digits, dots, dashes or underscores');
    if (title.trim() === '' || bytes(title) > MAX.title) refuse(field('title'), `is empty or longer than ${String(MAX.title)} bytes`);
    if (CONTROL.test(title)) refuse(field('title'), 'holds a control character');
    const facts = (rule.facts ?? []).map((fact) => FACTS[fact]);
    const known = facts.filter((fact) => fact !== undefined);
    if (known.length < facts.length) refuse(field('facts'), 'name a kind of fact that is not on the list');
    if (hasRepeats(known)) refuse(field('facts'), 'name one kind twice');
    return { id, version, title, facts: known.sort() };
  });
  if (hasRepeats(stated.map(({ id, version }) => JSON.stringify([id, version])))) refuse('rules', 'state one version twice');
  return stated;
}
