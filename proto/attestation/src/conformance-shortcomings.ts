import type { ConformanceCheck, ConformanceGroup, ConformanceInputs, ConformanceReport } from './conformance-report.js';
import { CONFORMANCE_SUITES, type ListedCheck, type ListedSuite, type SkipReason } from './conformance-suites.js';

/** What a check of this name adds that no file of the suite has: whether the version is the one the badge is wanted for. */
const KIT_CHECK = 'golden-records/adapter-version';
const FIRST_VERSION_WITH_CANARIES = 2;
const COLOURS = ['00', '01', '10'] as const;
/** Characters of a digest that tell suites apart for a person. */
const SHOWN = 12;

const groupOf = (id: ListedCheck['id']): ConformanceGroup => id.slice(0, id.indexOf('/')) as ConformanceGroup;
const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_unused, index) => String(index + 1));

/** What the id of a check is followed by; undefined for a check that is asked once, as itself. */
function namesOf({ asks }: ListedCheck, inputs: ConformanceInputs): readonly string[] | undefined {
  switch (asks) {
    case 'once':
      return undefined;
    case 'golden':
      return inputs.golden.map(({ name }) => name);
    case 'unknown-values':
      return [...numbers(inputs.unknownValues), ...inputs.unknownAnswers];
    case 'expired-codes':
      return [...inputs.expiredAges.flatMap((age) => [`green-${age}`, `red-${age}`]), ...numbers(inputs.expiredCodes).map((number) => `listed-${number}`)];
    default:
      return 'names' in asks ? asks.names : numbers(asks.foreignCodesAfter + inputs.foreignCodes);
  }
}

/** A line that a whole report of a suite holds. */
export interface ExpectedQuestion {
  readonly id: string;
  readonly group: ConformanceGroup;
  readonly check: ListedCheck;
}

/** Every line of a whole report: all checks of the suite, for all that the province's inputs name. */
export const expectedQuestions = ({ checks }: ListedSuite, inputs: ConformanceInputs): readonly ExpectedQuestion[] =>
  checks.flatMap((check) => (namesOf(check, inputs)?.map((name) => `${check.id}/${name}`) ?? [check.id]).map((id) => ({ id, group: groupOf(check.id), check })));

/** What the suite demands of the inputs themselves: with nothing to ask about, nothing would be missing. */
function inputShortcomings({ ports, golden, unknownValues, unknownAnswers, foreignCodes, expiredAges, expiredCodes }: ConformanceInputs): readonly string[] {
  return [
    ...COLOURS.filter((status) => !golden.some(({ expected }) => expected === status)).map((status) => `golden-records/code was asked about nobody of status "${status}"`),
    ...(unknownValues + unknownAnswers.length === 0 ? ['unknown-values/code was asked of no unknown value'] : []),
    ...(foreignCodes === 0 ? ['wrong-province/foreign-code was asked of no foreign code of the province'] : []),
    ...(expiredAges.length + expiredCodes === 0 ? ['expired-codes/code was asked of no expired code'] : []),
    ...(!ports && unknownValues + expiredAges.length > 0 ? ['unknown values and ages need the ports of a local system, which has none'] : []),
  ];
}

/** Whether what the report says of the province agrees with the reason. What its codes look like is its own word. */
function mayBeSkipped(reason: SkipReason | undefined, { protocolVersion, inputs }: ConformanceReport): boolean {
  switch (reason) {
    case undefined:
      return false;
    case 'no-document':
      return !inputs.ports;
    case 'no-canaries':
      return protocolVersion < FIRST_VERSION_WITH_CANARIES;
    case 'code-unchanged':
    case 'files':
      return true;
  }
}

function leftOut(expected: readonly ExpectedQuestion[], checks: readonly ConformanceCheck[]): readonly string[] {
  const present = new Set(checks.map(({ id }) => id));
  // What a check stumbled over stands under its own id, in place of its questions.
  const stumbled = new Set(checks.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id));
  const begun = new Set(expected.filter(({ id }) => present.has(id)).map(({ check }) => check));
  const sentences = expected
    .filter(({ id, check }) => !present.has(id) && !stumbled.has(check.id))
    .map(({ id, check }) => `${begun.has(check) ? id : check.id} is left out`);
  return [...new Set(sentences)];
}

function outOfPlace(question: ExpectedQuestion | undefined, { id, group, outcome }: ConformanceCheck, report: ConformanceReport): string | undefined {
  if (question === undefined) return id === KIT_CHECK && group === 'golden-records' ? undefined : `${JSON.stringify(id)} is no check of the suite, or of none of the inputs`;
  if (question.group !== group) return `${id} stands under ${group}`;
  return outcome === 'skipped' && !mayBeSkipped(question.check.maySkip, report) ? `${id} was skipped, and may not be` : undefined;
}

const describeSuite = ({ version, digest }: Pick<ListedSuite, 'version' | 'digest'>): string => `${version} (${digest.slice(0, SHOWN)})`;

/**
 * What keeps a report from earning a badge, in sentences that name the check; empty when nothing does. A report is whole when it is of
 * a suite listed here and holds every question of it, each once, for all that its own `inputs` name.
 */
export function shortcomingsOf(report: ConformanceReport): readonly string[] {
  const { suiteVersion, suiteDigest, inputs, checks } = report;
  const suite = CONFORMANCE_SUITES.find(({ version, digest }) => version === suiteVersion && digest === suiteDigest);
  if (suite === undefined) {
    return [`a report of suite ${describeSuite({ version: suiteVersion, digest: suiteDigest })} earns no badge; one of ${CONFORMANCE_SUITES.map(describeSuite).join(' or ')} would`];
  }
  const expected = expectedQuestions(suite, inputs);
  const byId = new Map(expected.map((question) => [question.id, question]));
  const counted = new Map<string, number>();
  for (const { id } of checks) counted.set(id, (counted.get(id) ?? 0) + 1);
  return [
    ...checks.filter(({ outcome }) => outcome === 'failed').map(({ id, detail }) => `${id} failed: ${detail}`),
    ...inputShortcomings(inputs),
    ...(byId.size < expected.length ? ['two of the inputs have one name'] : []),
    ...leftOut(expected, checks),
    ...[...counted].filter(([, count]) => count > 1).map(([id, count]) => `${JSON.stringify(id)} stands there ${String(count)} times`),
    ...checks.filter(({ outcome }) => outcome !== 'failed').map((check) => outOfPlace(byId.get(check.id), check, report)).filter((sentence) => sentence !== undefined),
  ];
}
