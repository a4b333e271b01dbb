import { cpSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIdentityDocument } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { AdapterErrorCode } from '../errors.js';
import { EXTRA_FIELDS } from '../stand-in/fault.js';
import { FAULT_OUTCOMES } from '../stand-in/stand-in-operator.fixture.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import type { FilesContract } from './province-contract.js';
import { ANSWER_MEMBERS, GATE, ProvinceScene, TIMEOUT_MS, now, openNodes, openStandInDatabase } from './province-scene.fixture.js';

/** For a local system that never answers: every province waits that long. */
const IMPATIENT_MS = 250;
const NOBODY = parseIdentityDocument('01', syntheticIdNumber('999999', 899));

/** Every text anywhere inside. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [String(value)];

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

const nodes = openNodes();
const standIns = openStandInDatabase();

describe.each(nodes.askedEverything.map((folder) => [folder.slug, folder] as const))('%s', (_slug, folder) => {
  const scene = ProvinceScene.open(nodes, folder, (system) => standIns.start(system));

  it('knows every documented error code, and takes no other for an answer', async () => {
    const code = await scene.operator.issue(await scene.operator.somebody());
    for (const [errorCode, expected] of Object.entries(scene.contract.errorCodes)) {
      await scene.operator.setFault('error-code', errorCode);
      await expect(scene.read(code), errorCode).rejects.toMatchObject({ code: expected });
    }
  });

  it('keeps people and codes over a restart of the local system', async () => {
    const person = await scene.operator.somebody();
    const red =
      Object.entries(scene.contract.values).find(([, meaning]) => 'status' in meaning && meaning.status === '10')?.[0] ?? '';
    await scene.operator.setStatus(person, red);
    const code = await scene.operator.issue(person);
    await scene.standIn.stop();
    await scene.start();
    expect(scene.province.translate(await scene.read(code), now())).toMatchObject({ status: '10' });
  });
});

describe.each(nodes.askedEverything.filter((folder) => !nodes.leavesFiles(folder)).map((folder) => [folder.slug, folder] as const))('%s, asked over HTTP', (_slug, folder) => {
  const scene = ProvinceScene.open(nodes, folder, (system) => standIns.start(system));

  it.each(FAULT_OUTCOMES)('takes no harm from a local system that is or sends: %s', async (mode, expected) => {
    const person = await scene.operator.somebody();
    const code = await scene.operator.issue(person);
    await scene.operator.setFault(mode);
    const timeoutMs = mode === 'slow' ? IMPATIENT_MS : TIMEOUT_MS;
    const asked = scene.province.createSource({ baseUrl: scene.baseUrl, timeoutMs, isStandIn: true });
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const outcomes = await Promise.allSettled([asked.readCode(code, GATE), asked.readPerson(document, GATE)]);
    expect(outcomes).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: expected } })));
    await scene.operator.setFault('none');
    expect(scene.province.translate(await scene.read(await scene.operator.issue(person)), now())).toMatchObject({
      availability: 'available',
    });
  });

  it('takes no status of another type than the documented one, in an answer that is right beside it', async () => {
    const person = await scene.operator.somebody();
    const code = await scene.operator.issue(person);
    await scene.operator.setFault('wrong-type', scene.system.statusField);
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const outcomes = await Promise.allSettled([scene.read(code), scene.source.readPerson(document, GATE)]);
    expect(outcomes).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: 'LOCAL_ANSWER_INVALID' } })));
  });

  it('lets nothing out that the standard has no room for', async () => {
    const person = await scene.operator.somebody();
    const document = parseIdentityDocument(person.documentType, person.documentNumber);
    const code = await scene.operator.issue(person);
    await scene.operator.setFault('extra-fields');
    const scanned = await scene.read(code);
    const answers = [scanned, await scene.source.readPerson(document, GATE)];
    if (scanned.bizExtData !== undefined && scene.source.readBizExtData !== undefined) answers.push(await scene.source.readBizExtData(scanned.bizExtData, GATE));
    for (const answer of answers) {
      expect(answer.identity).toEqual(document);
      expect(Object.keys(answer).filter((member) => !ANSWER_MEMBERS.has(member))).toEqual([]);
      const record = scene.province.translate(answer, now());
      expect(record).toMatchObject({ availability: 'available' });
      const written = JSON.stringify([answer, record]);
      for (const text of [...Object.keys(EXTRA_FIELDS), ...textsIn(EXTRA_FIELDS)]) expect(written).not.toContain(text);
    }
  });

  it('knows whether its local system answers', async () => {
    expect(await scene.source.isReachable()).toBe(true);
    await scene.operator.setFault('down');
    expect(await scene.source.isReachable()).toBe(false);
  });

  it('ends with its caller', async () => {
    const code = await scene.operator.issue(await scene.operator.somebody());
    await scene.operator.setFault('slow');
    const began = Date.now();
    await expect(scene.source.readCode(code, GATE, AbortSignal.timeout(100))).rejects.toMatchObject({
      code: 'LOCAL_SYSTEM_TIMEOUT',
    });
    expect(Date.now() - began).toBeLessThan(TIMEOUT_MS);
  });
});

describe.each(nodes.askedEverything.filter((folder) => nodes.leavesFiles(folder)).map((folder) => [folder.slug, folder] as const))('%s, read from files', (_slug, folder) => {
  const scene = ProvinceScene.open(nodes, folder, (system) => standIns.start(system));

  it.each(FILE_FAULTS)('takes no harm from a folder that is %s', async (_what, expected, spoil) => {
    const { files } = scene.contract;
    if (files === undefined) throw new Error('leaves no files');
    const code = await scene.operator.issue(await scene.operator.somebody());
    const kept = `${files.folder}-kept`;
    cpSync(files.folder, kept, { recursive: true, preserveTimestamps: true });
    spoil(files);
    await expect(scene.source.readCode(code, GATE)).rejects.toMatchObject({ code: expected });
    await expect(scene.source.readPerson(NOBODY, GATE)).rejects.toMatchObject({ code: expected });
    expect(await scene.source.isReachable()).toBe(expected !== 'LOCAL_SYSTEM_UNREACHABLE');
    rmSync(files.folder, { recursive: true, force: true });
    renameSync(kept, files.folder);
    expect(scene.province.translate(await scene.read(code), now())).toMatchObject({ availability: 'available' });
  });

  it('ends with its caller', async () => {
    const code = await scene.operator.issue(await scene.operator.somebody());
    await expect(scene.source.readCode(code, GATE, AbortSignal.abort())).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_TIMEOUT' });
  });
});
