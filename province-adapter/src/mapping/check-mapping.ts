import { HEALTH_STATUSES, mayTakeTheSame } from '@health-code/attestation';
import type { CodeRecogniser } from '../province-system.js';
import { checkRequest, REQUEST_PLACES } from './check-request.js';
import type { Disagreement } from './disagreement.js';
import { suggestName } from './nearest-name.js';
import type { DecodeStep, MAPPING_MEMBERS, MappedRequest, Mapping } from './mapping-schema.js';

/** The members of a mapping that are in order by themselves; the others have been reported. */
export type SoundMembers = { readonly [Member in keyof typeof MAPPING_MEMBERS]?: Mapping[Member] };

/** The sound requests of a mapping. */
export type SoundRequests = { readonly byCode?: MappedRequest | undefined; readonly byPerson?: MappedRequest | undefined };

/** What every request may say of the verifier. */
const VERIFIER_VARIABLES = ['verifier.province', 'verifier.purpose', 'verifier.organisation', 'verifier.position'];
const PERSON_VARIABLES = ['person.type', 'person.number'];

/** The variables that the steps give, `code` among them. */
export function variablesOf(steps: readonly DecodeStep[]): readonly string[] {
  return ['code', ...steps.map((step) => step.as)];
}

/** Shorter ones would take in everybody's codes; the hub refuses them (decision 2). */
const SHORTEST = 4;

function findLoosePart({ infix, prefix }: CodeRecogniser): Disagreement | undefined {
  if (/^https?:/.test(prefix) && !/^https?:\/\/[^/\s]+\//.test(prefix)) return { path: ['prefix'], what: 'must hold the whole origin of the web address and the / behind it' };
  if (Buffer.byteLength(prefix) < SHORTEST) return { path: ['prefix'], what: `must have at least ${SHORTEST} bytes` };
  return infix !== '' && Buffer.byteLength(infix) < SHORTEST ? { path: ['infix'], what: `must be empty or have at least ${SHORTEST} bytes` } : undefined;
}

function checkCodes({ codes }: SoundMembers): readonly Disagreement[] {
  if (codes === undefined) return [];
  const steps = codes.decode.flatMap((step, index): readonly Disagreement[] => {
    const path = ['codes', 'decode', index];
    const ways = (['after', 'before', 'queryParameter', 'base64', 'json', 'field'] as const).filter((way) => step[way] !== undefined);
    const known = variablesOf(codes.decode.slice(0, index));
    const { form } = step;
    return [
      ...(ways.length > 1 ? [{ path: [...path, ways[1] ?? ''], what: `a step takes one of ${ways.join(', ')}; write the second as a step of its own` }] : []),
      ...(known.includes(step.from) ? [] : [{ path: [...path, 'from'], what: `no step before this one gives ${step.from}${suggestName(step.from, known)}` }]),
      ...(REQUEST_PLACES.includes(step.as) ? [{ path: [...path, 'as'], what: `${step.as} is what requests call something else: take another name` }] : []),
      ...(known.includes(step.as) ? [{ path: [...path, 'as'], what: `${step.as} is given already` }] : []),
      ...(step.field !== undefined && step.field.number > step.field.of ? [{ path: [...path, 'field', 'number'], what: 'is beyond the last field' }] : []),
      ...(form !== undefined && (form.length === undefined) === (form.minLength === undefined || form.maxLength === undefined)
        ? [{ path: [...path, 'form'], what: 'needs either length, or minLength and maxLength' }]
        : []),
    ];
  });
  const ranges = codes.recognise.flatMap(({ minLength, maxLength }, index) =>
    minLength > maxLength ? [{ path: ['codes', 'recognise', index, 'minLength'], what: 'is more than maxLength' }] : []);
  const overlaps = codes.recognise.flatMap((one, index) =>
    codes.recognise.slice(0, index).flatMap((other, earlier) =>
      mayTakeTheSame(one, other) ? [{ path: ['codes', 'recognise', index], what: `takes texts that recogniser ${earlier + 1} takes too` }] : []));
  const loose = codes.recognise.flatMap((recogniser, index) => {
    const found = findLoosePart(recogniser);
    return found === undefined ? [] : [{ ...found, path: ['codes', 'recognise', index, ...found.path] }];
  });
  return [...steps, ...ranges, ...overlaps, ...loose];
}

function checkSource(members: SoundMembers, { byCode, byPerson }: SoundRequests, written: ReadonlySet<string>): readonly Disagreement[] {
  const { codes, credentials, fields, files, http, tests } = members;
  if (written.has('http') === written.has('files')) {
    return [{ path: [written.has('http') ? 'files' : ''].filter(Boolean), what: written.has('http') ? 'a mapping has either http or files' : 'needs http or files: where answers come from' }];
  }
  const decoded = variablesOf(codes?.decode ?? []);
  const common = [...VERIFIER_VARIABLES, ...(credentials ?? []).map((name) => `credential.${name}`)];
  const mayKnow = codes !== undefined && credentials !== undefined;
  return [
    ...(byCode !== undefined && mayKnow ? checkRequest(byCode, ['http', 'byCode'], [...decoded, ...common]) : []),
    ...(byPerson !== undefined && mayKnow ? checkRequest(byPerson, ['http', 'byPerson'], [...PERSON_VARIABLES, ...common]) : []),
    ...(tests?.byCode !== undefined && mayKnow ? checkRequest(tests.byCode, ['tests', 'byCode'], [...decoded, ...common]) : []),
    ...(tests?.byPerson !== undefined && mayKnow ? checkRequest(tests.byPerson, ['tests', 'byPerson'], [...PERSON_VARIABLES, ...common]) : []),
    ...(http !== undefined && http.personAnswer !== undefined && http.byPerson === undefined ? [{ path: ['http', 'personAnswer'], what: 'there is no byPerson' }] : []),
    ...(files !== undefined && codes !== undefined && !decoded.includes(files.codeHolds) ? [{ path: ['files', 'codeHolds'], what: `no step gives ${files.codeHolds}${suggestName(files.codeHolds, decoded)}` }] : []),
    ...(files !== undefined && fields !== undefined && fields.identityNumber === undefined
      ? [{ path: ['fields'], what: 'identityNumber is missing: rows of files are found by it' }] : []),
  ];
}

function checkTests({ fields, rules, tests }: SoundMembers, written: ReadonlySet<string>): readonly Disagreement[] {
  if (tests === undefined) return [];
  return [
    ...(rules !== undefined && !Object.hasOwn(rules, 'test-conversion') ? [{ path: ['rules'], what: 'test-conversion is missing: the rule that test results are stated under' }] : []),
    ...(written.has('files') ? [{ path: ['tests'], what: 'is read over http only' }] : []),
    ...(tests.fields.method === undefined && Object.keys(tests.methods).length > 0 ? [{ path: ['tests', 'methods'], what: 'tests.fields.method is missing: the field that holds these values' }] : []),
    ...(tests.byCode === undefined && tests.fields.identityNumber === undefined && fields?.identityNumber !== undefined
      ? [{ path: ['tests', 'fields'], what: 'identityNumber is missing: the answer says whose it is' }] : []),
  ];
}

function checkValues({ values, rules, fields, reasons, validity }: SoundMembers, isWritten: (member: string) => boolean): readonly Disagreement[] {
  const meanings = Object.entries(values ?? {}).map(([value, meaning]) => ({ value, meaning: typeof meaning === 'string' ? { status: meaning } : meaning }));
  const missing = values === undefined ? [] : HEALTH_STATUSES.filter((status) => !meanings.some(({ meaning }) => meaning.status === status));
  const ruleNames = Object.keys(rules ?? {});
  const namesRule = (value: string, rule: string | undefined): readonly Disagreement[] =>
    rules === undefined || rule === undefined || ruleNames.includes(rule) ? [] : [{ path: ['values', value, 'rule'], what: `${rule} is not among the rules${suggestName(rule, ruleNames)}` }];
  return [
    ...missing.map((status) => ({ path: ['values'], what: `no value means '${status}'` })),
    ...meanings.flatMap(({ value, meaning }) => namesRule(value, 'rule' in meaning ? meaning.rule : undefined)),
    ...(rules !== undefined && !ruleNames.includes('conversion') ? [{ path: ['rules'], what: 'conversion is missing: the rule for colours without a reason' }] : []),
    ...(fields !== undefined && Object.keys(reasons ?? {}).length > 0 && fields.reason === undefined ? [{ path: ['reasons'], what: 'fields.reason is missing: the field that holds these words' }] : []),
    ...(fields !== undefined && !isWritten('validity') && validity === undefined && (fields.validUntil === undefined || fields.validUntil.optional)
      ? [{ path: ['validity'], what: 'is missing, and not every answer says until when it holds (fields.validUntil)' }] : []),
  ];
}

/** A word of the local system is no type of WS 364.3 by itself, even where it looks like one. */
function checkIdentityTypes({ fields, identityTypes, tests }: SoundMembers): readonly Disagreement[] {
  const isListed = identityTypes === undefined || Object.keys(identityTypes).length > 0;
  const isStated = fields?.identityType !== undefined || tests?.fields.identityType !== undefined;
  if (fields === undefined || isListed === isStated) return [];
  return [isStated
    ? { path: ['identityTypes'], what: 'is missing: which type of WS 364.3 (01, 03, 06, 07) each value of identityType is; without it nobody is attested' }
    : { path: ['identityTypes'], what: 'fields.identityType is missing: the field that holds these values' }];
}

/** What the members of a mapping hold against each other: names that nothing gives, statuses that nothing means, texts that two take. */
export function findDisagreements(members: SoundMembers, requests: SoundRequests, written: ReadonlySet<string>): readonly Disagreement[] {
  return [...checkCodes(members), ...checkSource(members, requests, written), ...checkTests(members, written), ...checkIdentityTypes(members), ...checkValues(members, (member) => written.has(member))];
}
