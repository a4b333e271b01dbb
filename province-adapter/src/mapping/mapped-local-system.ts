import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AdapterError } from '../errors.js';
import type { IssuedCode, LocalRoute, LocalSystem, LocalSystemContext, RunningLocalSystem } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { variablesOf } from './check-mapping.js';
import { buildCode } from './build-code.js';
import { decodeCode, type DecodedCode } from './decode-code.js';
import { STAND_IN_FIXTURE, type StandInFixture } from './fixture-schema.js';
import { fillAnswer, fillError, sceneOfPerson } from './golden-answer.js';
import type { HttpMapping } from './mapped-http-source.js';
import { changeOf, createMappedPeople, heldOf } from './mapped-people.js';
import { findFolderProvince, readMapping } from './mapping-folder.js';
import type { MappedAnswer, MappedRequest } from './mapping-schema.js';
import { matchRequest, routeOf, variablesUsed } from './match-request.js';
import { readFixture } from './parse-fixture.js';
import { statusNames } from './read-fields.js';
import { openFileWriter } from './mapped-file-writer.js';
import { secondsOf } from './schema-texts.js';

interface StoredCode {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A moment that is always a day ago, for what golden answers date: a sample, a report. Milliseconds. */
const A_DAY = 86_400_000;

function openMapped(mapping: HttpMapping, fixture: StandInFixture, statusField: string, { documents, now, randomHex }: LocalSystemContext): RunningLocalSystem {
  const codes = documents.collection<StoredCode>('code');
  const handles = documents.collection<{ readonly code: string }>('handle');
  const people = documents.collection<SyntheticPerson>('person');
  const { answer, byCode, byPerson, personAnswer = answer } = mapping.http;
  const { answers, outcomes } = fixture;
  const { tests, timeZone: zone } = mapping;
  const known = variablesOf(mapping.codes.decode);
  /** What a request names a code by. */
  const keyOf = (request: MappedRequest, variables: DecodedCode): string => JSON.stringify(variablesUsed(request, known).map((name) => [name, variables[name] ?? '']));
  const timesOf = (person: SyntheticPerson): Readonly<Record<string, number>> => ({ changedAt: changeOf(person, now(), zone), now: now(), yesterday: now() - A_DAY });

  const errorOf = (errorCode: string, envelope = answer): unknown => fillError(answers, errorCode, now(), zone, envelope);
  const issue = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode & { readonly variables: DecodedCode }> => {
    const code = buildCode(fixture.codes, randomHex);
    const variables = decodeCode(code, mapping.codes.recognise, mapping.codes.decode);
    const expiresAt = issuedAt + secondsOf(fixture.codes.lifetime) * 1000;
    await codes.put(code, { person: person.id, issuedAt, expiresAt });
    for (const request of [byCode, ...(tests?.byCode === undefined ? [] : [tests.byCode])]) await handles.put(keyOf(request, variables), { code });
    return { code, expiresAt, variables };
  };
  const codeRoute = (mapped: MappedRequest, envelope: MappedAnswer, template: unknown, expired = template): LocalRoute => ({
    method: mapped.method,
    path: routeOf(mapped),
    answer: async (request) => {
      const variables = matchRequest(mapped, request);
      const handle = await handles.find(keyOf(mapped, variables));
      const stored = handle === undefined ? undefined : await codes.find(handle.code);
      const person = stored === undefined ? undefined : await people.find(stored.person);
      if (stored === undefined || person === undefined) return errorOf(outcomes.notIssued, envelope);
      const { expiresAt, issuedAt } = stored;
      const isExpired = now() >= expiresAt;
      if (isExpired && outcomes.expired !== undefined) return errorOf(outcomes.expired, envelope);
      const texts = { ...variables, ...sceneOfPerson(person, statusField) };
      return fillAnswer(isExpired ? expired : template, { texts, times: { issuedAt, expiresAt, ...timesOf(person) }, zone }, envelope);
    },
  });
  const personRoute = (mapped: MappedRequest, envelope: MappedAnswer, template: unknown): LocalRoute => ({
    method: mapped.method,
    path: routeOf(mapped),
    answer: async (request) => {
      const asked = matchRequest(mapped, request);
      const person = await people.find(`${asked['person.type'] ?? '01'}:${asked['person.number'] ?? ''}`);
      if (person === undefined) return errorOf(outcomes.noSuchPerson ?? outcomes.notIssued, envelope);
      return fillAnswer(template, { texts: sceneOfPerson(person, statusField), times: timesOf(person), zone }, envelope);
    },
  });
  const testAnswer = tests?.answer ?? answer;
  return {
    routes: [
      codeRoute(byCode, answer, answers.byCode, answers.expired),
      ...(byPerson === undefined ? [] : [personRoute(byPerson, personAnswer, answers.byPerson ?? answers.byCode)]),
      ...(tests?.byCode === undefined ? [] : [codeRoute(tests.byCode, testAnswer, answers.test)]),
      ...(tests?.byPerson === undefined ? [] : [personRoute(tests.byPerson, testAnswer, answers.test)]),
    ],
    issueCode: async (person, issuedAt) => {
      const { code, expiresAt } = await issue(person, issuedAt);
      return { code, expiresAt };
    },
    handleOf: async (person) => (await issue(person, now())).variables,
    errorAnswer: (errorCode) => errorOf(errorCode),
  };
}

/**
 * STAND-IN for the local system of a mapped province: the mapping turned round, with the golden answers of
 * fixtures/stand-in.yaml.
 *
 * @param filesFolder where it leaves its files, if that is how it speaks
 * @throws AdapterError `MAPPING_INVALID`
 */
export function loadMappedLocalSystem(folder: string, filesFolder = join(tmpdir(), 'health-code-stand-in', basename(folder))): Promise<LocalSystem> {
  return Promise.resolve().then(() => {
    const mapping = readMapping(folder);
    const fixture = readFixture(folder, 'fixtures/stand-in.yaml', STAND_IN_FIXTURE);
    const { code, slug } = findFolderProvince(folder);
    const statusField = statusNames(mapping.fields).status ?? '';
    return {
      slug,
      statusField,
      colours: fixture.colours,
      statementFields: [...new Set(heldOf(fixture).flatMap(Object.keys))].filter((name) => name !== 'status'),
      people: createMappedPeople(fixture, statusField, code),
      open: (context) => {
        const { files, http } = mapping;
        if (http !== undefined) return openMapped({ ...mapping, http }, fixture, statusField, context);
        if (files !== undefined) return openFileWriter({ ...mapping, files }, fixture, statusField, filesFolder, context);
        throw new AdapterError('MAPPING_INVALID', 'a mapping without http and files was let through');
      },
    };
  });
}
