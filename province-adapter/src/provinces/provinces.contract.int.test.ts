import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROVINCES, REASON_NOT_STATED, mayTakeTheSame, parseIdentityDocument } from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AdapterErrorCode } from '../errors.js';
import type { CodeRecogniser, ProvinceDefinition } from '../province-system.js';
import { StandInOperator, alterCode } from '../stand-in/stand-in-operator.fixture.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { ANSWER_MEMBERS, GATE, ProvinceScene, TIMEOUT_MS, now, openNodes, openStandInDatabase } from './province-scene.fixture.js';
import type { ProvinceFolder, ProvinceForm } from './registry.js';

const TWO_DAYS = 172_800;
const NOBODY = parseIdentityDocument('01', syntheticIdNumber('999999', 899));

/** What a folder has; a province in direct mode has none. */
const FILES: Readonly<Record<Exclude<ProvinceForm, 'direct'>, readonly string[]>> = {
  typescript: ['README.md', 'contract.fixture.ts', 'local-system.ts', 'province.ts'],
  mapping: ['README.md', 'fixtures', 'mapping.yaml'],
};

const nodes = openNodes();
const standIns = openStandInDatabase();

const refusal = (code: AdapterErrorCode): unknown => expect.objectContaining({ code });

const recognises = ({ prefix, infix, minLength, maxLength }: CodeRecogniser, code: string): boolean =>
  code.startsWith(prefix) && code.includes(infix, prefix.length) && code.length >= minLength && code.length <= maxLength;

/** Loaded once: a mapping is read and checked whole each time. */
let provinces: readonly ProvinceDefinition[];
beforeAll(async () => {
  provinces = await Promise.all(nodes.all.map((folder) => folder.loadProvince()));
});

/** Slugs of the provinces that take a code for one of theirs. */
function recognisedBy(code: string): readonly string[] {
  return provinces
    .filter(({ profile }) => profile.recognisers.some((recogniser) => recognises(recogniser, code)))
    .map(({ profile }) => profile.slug);
}

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

describe.each(nodes.askedEverything.map((folder) => [folder.slug, folder] as const))('%s', (slug, folder) => {
  const scene = ProvinceScene.open(nodes, folder, (system) => standIns.start(system));

  if (folder.form !== 'direct') {
    const { form } = folder;

    it('has nothing left to fill in', () => {
      const fillIns = readdirSync(nodes.directoryOf(slug), { recursive: true, withFileTypes: true })
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
      expect(readdirSync(nodes.directoryOf(slug))).toEqual(expect.arrayContaining([...FILES[form]]));
    });
  }

  it('has a profile that agrees with the list of provinces and with itself', () => {
    expectSoundProfile(scene.province, slug);
  });

  it("recognises its own codes and nobody else's", async () => {
    expect(recognisedBy(await scene.operator.issue(await scene.operator.somebody()))).toEqual([slug]);
  });

  it('names the local word of every colour', () => {
    for (const [status, word] of Object.entries(scene.system.colours)) expect(scene.contract.values[word]).toEqual({ status });
  });

  it('has at least 20 synthetic people of every colour', async () => {
    const people = await scene.operator.people();
    expect(people.length).toBeGreaterThanOrEqual(20);
    for (const { documentType, documentNumber } of people.filter((person) => person.documentType === '01')) {
      expect(parseIdentityDocument(documentType, documentNumber).number).toMatch(/^99/);
    }
    const colours = people
      .map(({ value }) => scene.contract.values[value])
      .map((meaning) => (meaning !== undefined && 'status' in meaning ? meaning.status : ''));
    expect(colours).toEqual(expect.arrayContaining(['00', '01', '10']));
  });

  it('translates every value of its table, for the person behind the code', async () => {
    const person = await scene.operator.somebody();
    for (const [value, meaning] of Object.entries(scene.contract.values)) {
      await scene.operator.setStatus(person, value);
      const answer = await scene.read(await scene.operator.issue(person));
      expect(answer.identity).toEqual({ type: person.documentType, number: person.documentNumber });
      expect(Object.keys(answer).filter((member) => !ANSWER_MEMBERS.has(member))).toEqual([]);
      const record = scene.province.translate(answer, now());
      expect(record).toMatchObject({
        availability: 'available',
        ...meaning,
        original: { system: scene.province.profile.system, field: scene.system.statusField, value },
      });
      expect(JSON.stringify(record)).not.toContain(person.documentNumber);
      expect(JSON.stringify(record)).not.toContain(person.name);
      if (record.availability !== 'available') continue;
      expect(record.since).toBeLessThanOrEqual(now());
      expect(record.validUntil).toBeGreaterThan(now());
      expect(scene.province.profile.rules).toContainEqual(expect.objectContaining(record.rule));
      if (record.status !== '00' && record.reason === REASON_NOT_STATED)
        expect(record.rule).toEqual(scene.province.profile.conversionRule);
    }
  });

  it('refuses every value that is not in its table', async () => {
    const person = await scene.operator.somebody();
    for (const value of scene.contract.unlistedValues) {
      await scene.operator.setStatus(person, value);
      const answer = await scene.read(await scene.operator.issue(person));
      expect(() => scene.province.translate(answer, now()), value).toThrow(refusal('TRANSLATION_VALUE_UNKNOWN'));
    }
    const green = Object.entries(scene.contract.values).find(([, meaning]) => 'status' in meaning && meaning.status === '00');
    await scene.operator.setStatus(person, green?.[0] ?? '');
    // What stands in files changes with the next one.
    if (nodes.leavesFiles(folder)) await scene.operator.issue(person);
  });

  it('answers about a person by identity document', async () => {
    const person = await scene.operator.somebody();
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const answer = await scene.source.readPerson(document, GATE);
    expect(answer.identity).toEqual(document);
    expect(scene.province.translate(answer, now())).toMatchObject({ availability: 'available', status: '00' });
  });

  it('says that there is no such person', async () => {
    const answer = await scene.source.readPerson(NOBODY, GATE);
    expect(answer.identity).toBeUndefined();
    expect(scene.province.translate(answer, now())).toMatchObject({ availability: 'no-such-person' });
  });

  it('refuses an expired code', async () => {
    await expect(scene.read(await scene.operator.issue(await scene.operator.somebody(), TWO_DAYS))).rejects.toMatchObject({
      code: 'LOCAL_CODE_EXPIRED',
    });
  });

  it('refuses a code that was cut short, wherever', async () => {
    const code = await scene.operator.issue(await scene.operator.somebody());
    const { length: begin } = scene.province.profile.recognisers[0]?.prefix ?? '';
    for (const length of [begin + 1, Math.floor((begin + code.length) / 2), code.length - 1]) {
      await expect(scene.read(code.slice(0, length)), String(length)).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    }
  });

  it('refuses a code that was never issued', async () => {
    const person = await scene.operator.somebody();
    await expect(scene.read(alterCode(await scene.operator.issue(person), await scene.operator.issue(person)))).rejects.toMatchObject({ code: scene.contract.neverIssued });
  });

  it('refuses codes of other provinces, of cities and of nobody', async () => {
    const others = provinces
      .filter(({ profile }) => profile.slug !== slug)
      .flatMap(({ profile }) => profile.recognisers.map(({ prefix, infix }) => prefix + infix + '0'.repeat(48)));
    for (const code of [...others, ...scene.contract.foreignCodes, 'https://example.org/', '']) {
      await expect(scene.read(code), code).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
    }
  });

});

describe.each(nodes.othersInDirectMode.map((folder) => [folder.slug, folder] as const))('%s, in direct mode', (slug, folder: ProvinceFolder) => {
  it('is sound, has people of every colour, and has one of its codes read as its own', async () => {
    const [province, system] = await Promise.all([folder.loadProvince(), folder.loadLocalSystem()]);
    expectSoundProfile(province, slug);
    const standIn = await standIns.start(system);
    try {
      const origin = `http://${standIn.address}`;
      const operator = new StandInOperator(origin);
      const people = await operator.people();
      expect(people.map(({ value }) => value)).toEqual(expect.arrayContaining(Object.values(system.colours)));
      const somebody = await operator.somebody();
      const code = await operator.issue(somebody);
      expect(recognisedBy(code)).toEqual([slug]);
      const answer = await province.createSource({ baseUrl: origin, timeoutMs: TIMEOUT_MS, isStandIn: true }).readCode(code, GATE);
      expect(answer.identity?.number).toBe(somebody.documentNumber);
      expect(province.translate(answer, now())).toMatchObject({ availability: 'available', status: somebody.value, authority: province.profile.code });
    } finally {
      await standIn.stop();
    }
  });
});

describe('the provinces together', () => {
  it('push, are polled, and are queried on demand', () => {
    const sources = provinces.map(({ createSource, profile: { slug } }) => createSource({ baseUrl: nodes.all.some((folder) => folder.slug === slug && nodes.leavesFiles(folder)) ? pathToFileURL(import.meta.dirname).href : 'http://127.0.0.1:1', timeoutMs: TIMEOUT_MS, isStandIn: true }));
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
