import type { ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import { BareAnswer } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { buildCode, exampleHex } from './build-code.js';
import { decodeCode } from './decode-code.js';
import type { StandInFixture } from './fixture-schema.js';
import type { FolderDisagreement } from './folder-disagreement.js';
import { fillAnswer, sceneOfPerson, type AnswerScene } from './golden-answer.js';
import { BARE, bytesOf, listGoldenReadings, type GoldenReading } from './golden-reading.js';
import { changeOf, createMappedPeople } from './mapped-people.js';
import { readMeaning } from './mapped-translate.js';
import type { MappedField, Mapping } from './mapping-schema.js';
import { findNearestName } from './nearest-name.js';
import { openAnswer } from './open-answer.js';
import { readTyped, statusNames, valueAt } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { parseTime } from './time-format.js';

/** What the adapter makes of it, or how it refuses it. */
function attempt<T>(read: () => T): T | AdapterError {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof AdapterError) return cause;
    throw cause;
  }
}

const inMapping = (path: FolderDisagreement['path'], what: string): FolderDisagreement => ({ file: 'mapping.yaml', path, what });

/** JSON Pointers (RFC 6901) of all that stands in a document. */
function listPointers(document: unknown, at = ''): readonly string[] {
  if (typeof document !== 'object' || document === null) return [at];
  return Object.entries(document).flatMap(([name, child]) => listPointers(child, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

function nearestPointer(pointer: string, document: unknown): string {
  const known = listPointers(document);
  const last = pointer.slice(pointer.lastIndexOf('/'));
  const nearest = known.find((one) => one.endsWith(last)) ?? findNearestName(pointer, known);
  return nearest === undefined ? `; it has ${known.join(', ')}` : `; did you mean ${nearest}?`;
}

/** The parts of an envelope by themselves, in the order in which an answer is taken out of it. */
function checkEnvelope(answer: unknown, { envelope, envelopeAt, name }: GoldenReading): readonly FolderDisagreement[] {
  const { body, httpStatus, payload, result } = envelope;
  const bare = { body, httpStatus, refuse: [] };
  const parts = [['body', bare], ...(result === undefined ? [] : [['result', { ...bare, result }] as const]), ...(payload === undefined ? [] : [['payload', { ...bare, payload }] as const])] as const;
  for (const [member, part] of parts) {
    const refusal = attempt(() => openAnswer(bytesOf(answer), part));
    if (!(refusal instanceof AdapterError) && refusal !== 'no-such-person') continue;
    const isMissing = member === 'result' && result !== undefined && !(answer instanceof BareAnswer) && valueAt(answer, result.at) === undefined;
    const said = refusal instanceof AdapterError ? `${refusal.code}, ${refusal.message}` : 'it says that there is no such person';
    const why = isMissing ? `it has no ${result.at}${nearestPointer(result.at, answer)}` : said;
    return [inMapping([...envelopeAt, member], `does not take answers.${name} of the stand-in: ${why}`)];
  }
  return [];
}

type TimedField = MappedField & { readonly format?: string | undefined };

/** Whether nothing stands where a field may be missing. */
const isLeftOut = (document: unknown, { at, optional }: TimedField): boolean => optional && valueAt(document, at) === undefined;

function checkField(document: unknown, field: TimedField, zone: string): string | undefined {
  const { at, format, type } = field;
  const value = valueAt(document, at);
  if (isLeftOut(document, field) || (value === null && field.optional)) return undefined;
  if (value === undefined || value === null) return `has no ${at}${nearestPointer(at, document)}`;
  const text = attempt(() => readTyped(value, type, at));
  if (text instanceof AdapterError) return `${at} comes as ${typeof value} and not as ${type}`;
  if (format === undefined || text === undefined || text === '') return undefined;
  return attempt(() => parseTime(text, format, zone)) instanceof AdapterError ? `the time at ${at} is not written as ${format}` : undefined;
}

const meaningOf = (record: object): unknown => ('status' in record ? record.status : 'availability' in record ? record.availability : undefined);

/** A golden answer about one person, taken out of its envelope. */
interface OpenedGolden extends GoldenScene {
  readonly reading: GoldenReading;
  readonly document: unknown;
}

interface GoldenScene {
  readonly person: SyntheticPerson;
  /** What the local system holds of the person. */
  readonly status: string;
  readonly scene: AnswerScene;
  /** The same where the person is asked about by document. */
  readonly withoutCode: AnswerScene;
}

/** Whose an answer is, where it says so. */
function checkIdentity({ identity }: LocalAnswer, { person, reading: { fields, fieldsAt, name } }: OpenedGolden): readonly FolderDisagreement[] {
  if (fields['identityNumber'] === undefined || (identity?.number === person.documentNumber && identity.type === person.documentType)) return [];
  const isOther = identity !== undefined && identity.number !== person.documentNumber;
  const member = fields['identityType'] === undefined || isOther ? 'identityNumber' : 'identityType';
  const what = isOther ? 'somebody else than the answer is about' : 'nobody: no type of document that people are referred to by, or no number of that type';
  return [inMapping([...fieldsAt, member], `answers.${name} of the stand-in: what stands there names ${what}`)];
}

function checkOpened(opened: OpenedGolden, { timeZone, values }: Mapping): readonly FolderDisagreement[] {
  const { document, reading, status } = opened;
  const { fields, fieldsAt, looksUp, name } = reading;
  const wrong = Object.entries(fields).flatMap(([member, field]) => {
    const what = field === undefined ? undefined : checkField(document, field, timeZone);
    return what === undefined ? [] : [inMapping([...fieldsAt, member, 'at'], `answers.${name} of the stand-in: ${what}`)];
  });
  if (wrong.length > 0) return wrong;
  const local = reading.read(document);
  const record = attempt(() => reading.translate(local));
  if (record instanceof AdapterError) return [inMapping([...fieldsAt, looksUp], `answers.${name} of the stand-in: ${record.code}, ${record.message}`)];
  const expected = Object.hasOwn(values, status) ? values[status] : undefined;
  const isOther = looksUp === 'status' && expected !== undefined && meaningOf(record) !== meaningOf(readMeaning(expected));
  return [
    ...(isOther ? [inMapping([...fieldsAt, looksUp], `answers.${name} of the stand-in: of somebody who is ${status} another value stands there`)] : []),
    ...checkIdentity(local, opened),
  ];
}

/** A pointer that may lead nowhere, and leads nowhere in every answer, was written wrong or is read by nobody. */
function checkOptional(opened: readonly OpenedGolden[]): readonly FolderDisagreement[] {
  return opened.flatMap(({ document, reading: { fields, fieldsAt } }) =>
    Object.entries(fields).flatMap(([member, field]) => {
      const others = opened.filter(({ reading }) => reading.fields === fields);
      if (field === undefined || !others.every((one) => isLeftOut(one.document, field))) return [];
      return [inMapping([...fieldsAt, member, 'at'], `no answer of the stand-in has ${field.at}${nearestPointer(field.at, document)}`)];
    }));
}

/** Rows of delimited files hold texts, of the columns that were agreed. */
function rowOf(template: unknown, scene: AnswerScene, { columns, format }: NonNullable<Mapping['files']>): unknown {
  const row = fillAnswer(template, scene, BARE) as Readonly<Record<string, unknown>>;
  if (format !== 'delimited') return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns?.includes(name) ?? true).map(([name, value]) => [name, String(value as string | number)]));
}

function checkRow(row: unknown, files: NonNullable<Mapping['files']>, scene: AnswerScene, zone: string): readonly FolderDisagreement[] {
  const { codeAt, codeExpires, codeHolds } = files;
  const held = attempt(() => readTyped(valueAt(row, codeAt), 'string-or-integer', codeAt));
  const expires = codeExpires === undefined ? undefined : checkField(row, codeExpires, zone);
  const isCode = held === scene.texts[codeHolds];
  const what = held === undefined ? `has no ${codeAt}${nearestPointer(codeAt, row)}` : `${codeAt} does not hold ${codeHolds} of the code`;
  return [
    ...(isCode ? [] : [inMapping(['files', 'codeAt'], `answers.byCode of the stand-in: ${what}`)]),
    ...(expires === undefined ? [] : [inMapping(['files', 'codeExpires'], `answers.byCode of the stand-in: ${expires}`)]),
  ];
}

function listScenes({ codes, people }: { readonly codes: StandInFixture['codes']; readonly people: readonly SyntheticPerson[] }, mapping: Mapping, now: number): readonly GoldenScene[] {
  const variables = attempt(() => decodeCode(buildCode(codes, exampleHex), mapping.codes.recognise, mapping.codes.decode));
  // Codes that are not taken are reported where they are made.
  if (variables instanceof AdapterError) return [];
  const statusField = statusNames(mapping.fields).status ?? '';
  return people.map((person) => {
    const times = { changedAt: changeOf(person, now, mapping.timeZone), now, yesterday: now - 86_400_000 };
    const texts = sceneOfPerson(person, statusField);
    const zone = mapping.timeZone;
    const ofCode = { issuedAt: now, expiresAt: now + secondsOf(codes.lifetime) * 1000 };
    return { person, status: person.fields[statusField] ?? '', scene: { texts: { ...variables, ...texts }, times: { ...ofCode, ...times }, zone }, withoutCode: { texts, times, zone } };
  });
}

/**
 * Runs the golden answers about each person of a stand-in through the mapping: what of them the mapping does not take.
 *
 * @param now milliseconds since the epoch
 */
export function findGoldenDisagreements(fixture: StandInFixture, mapping: Mapping, code: ProvinceCode, now: number): readonly FolderDisagreement[] {
  const { files, tests, timeZone, values } = mapping;
  const lacksTest = (tests?.byCode !== undefined || tests?.byPerson !== undefined) && fixture.answers.test === undefined;
  const problems: FolderDisagreement[] = lacksTest ? [{ file: 'fixtures/stand-in.yaml', path: ['answers'], what: 'test is missing: mapping.yaml asks for tests by a request of their own' }] : [];
  const opened: OpenedGolden[] = [];
  const people = createMappedPeople(fixture, statusNames(mapping.fields).status ?? '', code);
  // Values that are not listed are asked about where they stand, and those that say nothing about a person are no answer about one.
  const scenes = listScenes({ codes: fixture.codes, people }, mapping, now).filter(({ status }) => Object.hasOwn(values, status));
  for (const one of scenes) {
    for (const reading of listGoldenReadings(fixture, mapping, code, Math.floor(now / 1000))) {
      const answer = files === undefined ? fillAnswer(reading.template, reading.isOfCode ? one.scene : one.withoutCode, reading.envelope) : rowOf(reading.template, one.scene, files);
      const closed = checkEnvelope(answer, reading);
      const content = closed.length > 0 ? undefined : attempt(() => openAnswer(bytesOf(answer), reading.envelope));
      if (content instanceof AdapterError) problems.push(inMapping([...reading.envelopeAt, 'refuse'], `refuses answers.${reading.name} of the stand-in about somebody who is ${one.status}, which is among the values: ${content.code}`));
      else if (content !== undefined && content !== 'no-such-person') opened.push({ ...one, reading, document: content.document });
      problems.push(...closed, ...(files === undefined ? [] : checkRow(answer, files, one.scene, timeZone)));
    }
  }
  const found = [...problems, ...opened.flatMap((one) => checkOpened(one, mapping)), ...checkOptional(opened)];
  // Of many people and several answers the first one shows what is wrong with a place.
  return found.filter(({ path }, index) => found.findIndex((other) => other.path.join('.') === path.join('.')) === index);
}
