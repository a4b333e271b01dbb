import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROVINCES, REASON_NOT_STATED, mayTakeTheSame, parseIdentityDocument } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { AdapterErrorCode } from '../errors.js';
import { filesProvinceFolder, writeFilesProvince } from '../mapping/files-province.fixture.js';
import { leavesFiles } from '../mapping/mapping-folder.js';
import type { CodeRecogniser, LocalAnswer, ProvinceDefinition, Source, VerifierContext } from '../province-system.js';
import { EXTRA_FIELDS } from '../stand-in/fault.js';
import type { LocalSystem } from '../stand-in/local-system.js';
import { FAULT_OUTCOMES, StandInOperator, alterCode } from '../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { PROVINCE_FOLDERS, type ProvinceFolder, type ProvinceForm } from './registry.js';
import type { FilesContract, ProvinceContract } from './province-contract.js';

const TIMEOUT_MS = 1000;
/** For a local system that never answers: every province waits that long. */
const IMPATIENT_MS = 250;
const TWO_DAYS = 172_800;
const GATE: VerifierContext = {
  province: '520000',
  purpose: 'checkpoint',
  organisation: '91520000MA6DXXXX00',
  position: 'G60 Gate 1',
};
const NOBODY = parseIdentityDocument('01', syntheticIdNumber('999999', 899));

/** Who is asked everything for those that use the national code itself: they differ in their code alone. */
const REPRESENTATIVE = 'guizhou';

/** Another of them stands, here alone, for a province whose local system leaves files. */
const root = mkdtempSync(join(tmpdir(), 'provinces-contract-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const OF_FILES = PROVINCE_FOLDERS.filter(({ slug, form }) => form === 'direct' && slug !== REPRESENTATIVE)
  .slice(0, 1)
  .map((node) => writeFilesProvince(root, node));
const FOLDERS = PROVINCE_FOLDERS.map((folder) => OF_FILES.find(({ slug }) => slug === folder.slug) ?? folder);

const ASKED_EVERYTHING = FOLDERS.filter(({ slug, form }) => form !== 'direct' || slug === REPRESENTATIVE);
const OTHERS_IN_DIRECT_MODE = FOLDERS.filter((folder) => !ASKED_EVERYTHING.includes(folder));

/** What a folder has; a province in direct mode has none. */
const FILES: Readonly<Record<Exclude<ProvinceForm, 'direct'>, readonly string[]>> = {
  typescript: ['README.md', 'contract.fixture.ts', 'local-system.ts', 'province.ts'],
  mapping: ['README.md', 'fixtures', 'mapping.yaml'],
};
const directoryOf = (slug: string): string => (OF_FILES.some((folder) => folder.slug === slug) ? filesProvinceFolder(root, slug) : join(import.meta.dirname, slug));

const CONTRACTS: Readonly<Record<ProvinceForm, (slug: string) => Promise<ProvinceContract>>> = {
  typescript: async (slug) => ((await import(`./${slug}/contract.fixture.ts`)) as { contract: ProvinceContract }).contract,
  mapping: async (slug) => (await import('../mapping/mapped-contract.fixture.js')).loadMappedContract(directoryOf(slug)),
  direct: async () => (await import('../direct-mode/direct-mode-contract.fixture.js')).contract,
};

const ANSWER_MEMBERS = new Set([
  'fields',
  'identity',
  'subjectReference',
  'maskedName',
  'maskedIdNumber',
  'guidance',
  'bizExtData',
  'answeredAt',
]);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

const now = (): number => Math.floor(Date.now() / 1000);
const refusal = (code: AdapterErrorCode): unknown => expect.objectContaining({ code });

/** Every text anywhere inside. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [String(value)];

const recognises = ({ prefix, infix, minLength, maxLength }: CodeRecogniser, code: string): boolean =>
  code.startsWith(prefix) && code.includes(infix, prefix.length) && code.length >= minLength && code.length <= maxLength;

/** Loaded once: a mapping is read and checked whole each time. */
let provinces: readonly ProvinceDefinition[];
beforeAll(async () => {
  provinces = await Promise.all(FOLDERS.map((folder) => folder.loadProvince()));
});

/** Slugs of the provinces that take a code for one of theirs. */
function recognisedBy(code: string): readonly string[] {
  return provinces
    .filter(({ profile }) => profile.recognisers.some((recogniser) => recognises(recogniser, code)))
    .map(({ profile }) => profile.slug);
}

/** Larger than any file that is read whole, in bytes. */
const HUGE_FILE = 64 * 1024 * 1024 + 1;

/** What can be wrong with a folder of files, and what every source of files makes of it. */
const FILE_FAULTS: readonly (readonly [string, AdapterErrorCode, (files: FilesContract) => void])[] = [
  ['not there', 'LOCAL_SYSTEM_UNREACHABLE', ({ folder }) => rmSync(folder, { recursive: true })],
  ['empty', 'LOCAL_SYSTEM_UNREACHABLE', ({ folder }) => readdirSync(folder).forEach((name) => rmSync(join(folder, name)))],
  ['one whose newest file is broken', 'LOCAL_ANSWER_INVALID', ({ folder, newestName }) => writeFileSync(join(folder, newestName), '"\n{')],
  ['one whose newest file is in no known charset', 'LOCAL_ANSWER_INVALID', ({ folder, newestName }) => writeFileSync(join(folder, newestName), Buffer.from([0xbd, 0xa1, 0xff, 0xff]))],
  ['one whose newest file is empty', 'LOCAL_ANSWER_INVALID', ({ folder, newestName }) => writeFileSync(join(folder, newestName), '')],
  ['one whose newest file is huge', 'LOCAL_ANSWER_INVALID', ({ folder, newestName }) => {
    writeFileSync(join(folder, newestName), '');
    truncateSync(join(folder, newestName), HUGE_FILE);
  }],
];

const startLocalSystem = (system: LocalSystem): Promise<StartedStandIn> =>
  startStandIn(system, { databaseUrl: database.url, host: '127.0.0.1', port: 0 });

/** A profile agrees with the list of provinces and with itself. */
function expectSoundProfile({ profile }: ProvinceDefinition, slug: string): void {
  expect(PROVINCES.find(({ code }) => code === profile.code)?.slug).toBe(slug);
  expect(profile.slug).toBe(slug);
  expect(profile.system.startsWith(`${slug}-`)).toBe(true);
  expect(profile.conversionRule.id).toBe(`${profile.code}-conversion`);
  expect(profile.rules).toContainEqual(expect.objectContaining(profile.conversionRule));
  expect(new Set(profile.rules.map(({ id, version }) => `${id} ${version}`)).size).toBe(profile.rules.length);
  expect(profile.rules.every(({ id, title }) => id.startsWith(`${profile.code}-`) && title !== '')).toBe(true);
  expect(new Intl.DateTimeFormat('en', { timeZone: profile.timeZone }).resolvedOptions().timeZone).toBe(profile.timeZone);
}

describe.each(ASKED_EVERYTHING.map((folder) => [folder.slug, folder] as const))('%s', (slug, folder) => {
  let province: ProvinceDefinition;
  let contract: ProvinceContract;
  let standIn: StartedStandIn;
  let operator: StandInOperator;
  let source: Source;

  let system: LocalSystem;
  let baseUrl: string;
  const isOfFiles = folder.form === 'mapping' && leavesFiles(directoryOf(slug));

  const start = async (): Promise<void> => {
    standIn = await startLocalSystem(system);
    operator = new StandInOperator(`http://${standIn.address}`);
    baseUrl = contract.files === undefined ? `http://${standIn.address}` : pathToFileURL(contract.files.folder).href;
    source = province.createSource({ baseUrl, timeoutMs: TIMEOUT_MS });
  };
  const read = (code: string): Promise<LocalAnswer> => source.readCode(code, GATE);

  beforeAll(async () => {
    [province, contract] = await Promise.all([folder.loadProvince(), CONTRACTS[folder.form](slug)]);
    system = await (contract.files ?? folder).loadLocalSystem();
    await start();
  });
  afterAll(async () => {
    await standIn.stop();
    if (contract.files !== undefined) rmSync(contract.files.folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await operator.setFault('none');
  });

  if (folder.form !== 'direct') {
    const { form } = folder;

    it('has nothing left to fill in', () => {
      const fillIns = readdirSync(directoryOf(slug), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .flatMap(({ parentPath, name }) =>
          readFileSync(join(parentPath, name), 'utf8')
            .split('\n')
            .flatMap((line, index) =>
              line.includes('FILL IN:') ? [`${slug}/${name}:${String(index + 1)} ${line.slice(line.indexOf('FILL IN:'))}`] : [],
            ),
        );
      expect(fillIns).toEqual([]);
    });

    it('has the files that every folder of its form has', () => {
      expect(readdirSync(directoryOf(slug))).toEqual(expect.arrayContaining([...FILES[form]]));
    });
  }

  it('has a profile that agrees with the list of provinces and with itself', () => {
    expectSoundProfile(province, slug);
  });

  it("recognises its own codes and nobody else's", async () => {
    expect(recognisedBy(await operator.issue(await operator.somebody()))).toEqual([slug]);
  });

  it('names the local word of every colour', () => {
    for (const [status, word] of Object.entries(system.colours)) expect(contract.values[word]).toEqual({ status });
  });

  it('has at least 20 synthetic people of every colour', async () => {
    const people = await operator.people();
    expect(people.length).toBeGreaterThanOrEqual(20);
    for (const { documentType, documentNumber } of people.filter((person) => person.documentType === '01')) {
      expect(parseIdentityDocument(documentType, documentNumber).number).toMatch(/^99/);
    }
    const colours = people
      .map(({ value }) => contract.values[value])
      .map((meaning) => (meaning !== undefined && 'status' in meaning ? meaning.status : ''));
    expect(colours).toEqual(expect.arrayContaining(['00', '01', '10']));
  });

  it('translates every value of its table, for the person behind the code', async () => {
    const person = await operator.somebody();
    for (const [value, meaning] of Object.entries(contract.values)) {
      await operator.setStatus(person, value);
      const answer = await read(await operator.issue(person));
      expect(answer.identity).toEqual({ type: person.documentType, number: person.documentNumber });
      expect(Object.keys(answer).filter((member) => !ANSWER_MEMBERS.has(member))).toEqual([]);
      const record = province.translate(answer, now());
      expect(record).toMatchObject({
        availability: 'available',
        ...meaning,
        original: { system: province.profile.system, field: system.statusField, value },
      });
      expect(JSON.stringify(record)).not.toContain(person.documentNumber);
      expect(JSON.stringify(record)).not.toContain(person.name);
      if (record.availability !== 'available') continue;
      expect(record.since).toBeLessThanOrEqual(now());
      expect(record.validUntil).toBeGreaterThan(now());
      expect(province.profile.rules).toContainEqual(expect.objectContaining(record.rule));
      if (record.status !== '00' && record.reason === REASON_NOT_STATED)
        expect(record.rule).toEqual(province.profile.conversionRule);
    }
  });

  it('refuses every value that is not in its table', async () => {
    const person = await operator.somebody();
    for (const value of contract.unlistedValues) {
      await operator.setStatus(person, value);
      const answer = await read(await operator.issue(person));
      expect(() => province.translate(answer, now()), value).toThrow(refusal('TRANSLATION_VALUE_UNKNOWN'));
    }
    const green = Object.entries(contract.values).find(([, meaning]) => 'status' in meaning && meaning.status === '00');
    await operator.setStatus(person, green?.[0] ?? '');
    // What stands in files changes with the next one.
    if (isOfFiles) await operator.issue(person);
  });

  it('answers about a person by identity document', async () => {
    const person = await operator.somebody();
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const answer = await source.readPerson(document, GATE);
    expect(answer.identity).toEqual(document);
    expect(province.translate(answer, now())).toMatchObject({ availability: 'available', status: '00' });
  });

  it('says that there is no such person', async () => {
    const answer = await source.readPerson(NOBODY, GATE);
    expect(answer.identity).toBeUndefined();
    expect(province.translate(answer, now())).toMatchObject({ availability: 'no-such-person' });
  });

  it('refuses an expired code', async () => {
    await expect(read(await operator.issue(await operator.somebody(), TWO_DAYS))).rejects.toMatchObject({
      code: 'LOCAL_CODE_EXPIRED',
    });
  });

  it('refuses a code that was cut short, wherever', async () => {
    const code = await operator.issue(await operator.somebody());
    const { length: begin } = province.profile.recognisers[0]?.prefix ?? '';
    for (const length of [begin + 1, Math.floor((begin + code.length) / 2), code.length - 1]) {
      await expect(read(code.slice(0, length)), String(length)).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    }
  });

  it('refuses a code that was never issued', async () => {
    const person = await operator.somebody();
    await expect(read(alterCode(await operator.issue(person), await operator.issue(person)))).rejects.toMatchObject({ code: contract.neverIssued });
  });

  it('refuses codes of other provinces, of cities and of nobody', async () => {
    const others = provinces
      .filter(({ profile }) => profile.slug !== slug)
      .flatMap(({ profile }) => profile.recognisers.map(({ prefix, infix }) => prefix + infix + '0'.repeat(48)));
    for (const code of [...others, ...contract.foreignCodes, 'https://example.org/', '']) {
      await expect(read(code), code).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
    }
  });

  it('knows every documented error code, and takes no other for an answer', async () => {
    const code = await operator.issue(await operator.somebody());
    for (const [errorCode, expected] of Object.entries(contract.errorCodes)) {
      await operator.setFault('error-code', errorCode);
      await expect(read(code), errorCode).rejects.toMatchObject({ code: expected });
    }
  });

  it.each(isOfFiles ? FILE_FAULTS : [])('takes no harm from a folder that is %s', async (_what, expected, spoil) => {
    const { files } = contract;
    if (files === undefined) throw new Error('leaves no files');
    const code = await operator.issue(await operator.somebody());
    const kept = `${files.folder}-kept`;
    cpSync(files.folder, kept, { recursive: true, preserveTimestamps: true });
    spoil(files);
    await expect(source.readCode(code, GATE)).rejects.toMatchObject({ code: expected });
    await expect(source.readPerson(NOBODY, GATE)).rejects.toMatchObject({ code: expected });
    expect(await source.isReachable()).toBe(expected !== 'LOCAL_SYSTEM_UNREACHABLE');
    rmSync(files.folder, { recursive: true, force: true });
    renameSync(kept, files.folder);
    expect(province.translate(await read(code), now())).toMatchObject({ availability: 'available' });
  });

  it.each(isOfFiles ? [] : FAULT_OUTCOMES)('takes no harm from a local system that is or sends: %s', async (mode, expected) => {
    const person = await operator.somebody();
    const code = await operator.issue(person);
    await operator.setFault(mode);
    const timeoutMs = mode === 'slow' ? IMPATIENT_MS : TIMEOUT_MS;
    const asked = province.createSource({ baseUrl, timeoutMs });
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const outcomes = await Promise.allSettled([asked.readCode(code, GATE), asked.readPerson(document, GATE)]);
    expect(outcomes).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: expected } })));
    await operator.setFault('none');
    expect(province.translate(await read(await operator.issue(person)), now())).toMatchObject({
      availability: 'available',
    });
  });

  it.skipIf(isOfFiles)('takes no status of another type than the documented one, in an answer that is right beside it', async () => {
    const person = await operator.somebody();
    const code = await operator.issue(person);
    await operator.setFault('wrong-type', system.statusField);
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const outcomes = await Promise.allSettled([read(code), source.readPerson(document, GATE)]);
    expect(outcomes).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: 'LOCAL_ANSWER_INVALID' } })));
  });

  it.skipIf(isOfFiles)('lets nothing out that the standard has no room for', async () => {
    const person = await operator.somebody();
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const code = await operator.issue(person);
    await operator.setFault('extra-fields');
    const scanned = await read(code);
    const answers = [scanned, await source.readPerson(document, GATE)];
    if (scanned.bizExtData !== undefined && source.readBizExtData !== undefined) answers.push(await source.readBizExtData(scanned.bizExtData, GATE));
    for (const answer of answers) {
      expect(answer.identity).toEqual(document);
      expect(Object.keys(answer).filter((member) => !ANSWER_MEMBERS.has(member))).toEqual([]);
      const record = province.translate(answer, now());
      expect(record).toMatchObject({ availability: 'available' });
      const written = JSON.stringify([answer, record]);
      for (const text of [...Object.keys(EXTRA_FIELDS), ...textsIn(EXTRA_FIELDS)]) expect(written).not.toContain(text);
    }
  });

  it.skipIf(isOfFiles)('knows whether its local system answers', async () => {
    expect(await source.isReachable()).toBe(true);
    await operator.setFault('down');
    expect(await source.isReachable()).toBe(false);
  });

  it('ends with its caller', async () => {
    const code = await operator.issue(await operator.somebody());
    if (!isOfFiles) await operator.setFault('slow');
    const began = Date.now();
    await expect(source.readCode(code, GATE, isOfFiles ? AbortSignal.abort() : AbortSignal.timeout(100))).rejects.toMatchObject({
      code: 'LOCAL_SYSTEM_TIMEOUT',
    });
    expect(Date.now() - began).toBeLessThan(TIMEOUT_MS);
  });

  it('keeps people and codes over a restart of the local system', async () => {
    const person = await operator.somebody();
    const red =
      Object.entries(contract.values).find(([, meaning]) => 'status' in meaning && meaning.status === '10')?.[0] ?? '';
    await operator.setStatus(person, red);
    const code = await operator.issue(person);
    await standIn.stop();
    await start();
    expect(province.translate(await read(code), now())).toMatchObject({ status: '10' });
  });
});

describe.each(OTHERS_IN_DIRECT_MODE.map((folder) => [folder.slug, folder] as const))('%s, in direct mode', (slug, folder: ProvinceFolder) => {
  it('is sound, has people of every colour, and has one of its codes read as its own', async () => {
    const [province, system] = await Promise.all([folder.loadProvince(), folder.loadLocalSystem()]);
    expectSoundProfile(province, slug);
    const standIn = await startLocalSystem(system);
    try {
      const origin = `http://${standIn.address}`;
      const operator = new StandInOperator(origin);
      const people = await operator.people();
      expect(people.map(({ value }) => value)).toEqual(expect.arrayContaining(Object.values(system.colours)));
      const somebody = await operator.somebody();
      const code = await operator.issue(somebody);
      expect(recognisedBy(code)).toEqual([slug]);
      const answer = await province.createSource({ baseUrl: origin, timeoutMs: TIMEOUT_MS }).readCode(code, GATE);
      expect(answer.identity?.number).toBe(somebody.documentNumber);
      expect(province.translate(answer, now())).toMatchObject({ availability: 'available', status: somebody.value, authority: province.profile.code });
    } finally {
      await standIn.stop();
    }
  });
});

describe('the provinces together', () => {
  it('push, are polled, and are queried on demand', () => {
    const sources = provinces.map(({ createSource, profile: { slug } }) => createSource({ baseUrl: leavesFiles(directoryOf(slug)) ? pathToFileURL(root).href : 'http://127.0.0.1:1', timeoutMs: TIMEOUT_MS }));
    expect(sources.filter((source) => source.parsePush !== undefined)).not.toEqual([]);
    expect(sources.filter((source) => source.readChanges !== undefined)).not.toEqual([]);
    expect(sources.filter((source) => source.parsePush === undefined && source.readChanges === undefined)).not.toEqual(
      [],
    );
  });

  it('have recognisers of which no two take the same text', () => {
    const owned = provinces.flatMap(({ profile }) => profile.recognisers.map((recogniser) => ({ slug: profile.slug, recogniser })));
    for (const one of owned) {
      const rivals = owned.filter((other) => other.slug !== one.slug && mayTakeTheSame(one.recogniser, other.recogniser));
      expect(rivals.map(({ slug }) => slug), one.slug).toEqual([]);
    }
  });

  it('have folders, codes, systems and rules of their own', () => {
    for (const member of ['code', 'slug', 'system'] as const)
      expect(new Set(provinces.map(({ profile }) => profile[member])).size).toBe(provinces.length);
  });
});
