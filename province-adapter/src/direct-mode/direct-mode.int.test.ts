import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseIdentityDocument, parseProvinceCode } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { HealthDeclaration, NationalCodeOperations, Source, VerifierContext } from '../province-system.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { createDeclaredPeople } from './declared-people.js';
import { createDirectModeLocalSystem } from './direct-mode-local-system.js';
import { createDirectModeProfile } from './direct-mode-profile.js';
import { createDirectModeProvince } from './direct-mode-province.js';
import { createDirectModeSource } from './direct-mode-source.js';

/** A province that has no folder: direct mode needs nothing but its code. */
const CODE = parseProvinceCode('540000');
const PROFILE = createDirectModeProfile(CODE);
const PROVINCE = createDirectModeProvince(PROFILE);
const GATE: VerifierContext = {
  province: '520000',
  purpose: 'checkpoint',
  organisation: 'Gate',
  position: 'G6 Gate 1',
};

let people = 0;
function declare(facts: Partial<HealthDeclaration> = {}): HealthDeclaration {
  people += 1;
  return {
    document: parseIdentityDocument('01', syntheticIdNumber('995499', people)),
    subjectReference: `1.${String(people).padStart(43, 'A')}`,
    name: '测试甲',
    sex: '1',
    nationality: 'CHN',
    registeredRegion: '',
    address: '',
    phone: '19900000000',
    medicalHistory: [],
    temperature: 36.5,
    symptoms: [],
    highRiskAreaHistory: false,
    contactHistory: false,
    underIsolation: false,
    declaredAt: Math.floor(Date.now() / 1000),
    ...facts,
  };
}

describe('a province in direct mode', () => {
  let database: TestDatabase;
  let adapter: Server;
  let answerPush: number;
  let pushed: unknown[];
  let standIn: StartedStandIn;
  let clock: number;
  let source: Source;
  let operations: NationalCodeOperations;

  const start = async (): Promise<void> => {
    const push = {
      url: `http://127.0.0.1:${String((adapter.address() as AddressInfo).port)}/push`,
      token: 'push-token',
    };
    standIn = await startStandIn(
      createDirectModeLocalSystem(PROFILE, createDeclaredPeople(CODE)),
      { databaseUrl: database.url, host: '127.0.0.1', port: 0, push },
      () => Date.now() + clock,
    );
    source = createDirectModeSource(CODE, { baseUrl: `http://${standIn.address}`, timeoutMs: 2000 });
    if (source.operations === undefined) throw new Error('no operations');
    ({ operations } = source);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    adapter = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const isAllowed = request.headers.authorization === 'Bearer push-token';
          if (isAllowed && answerPush === 200) pushed.push(JSON.parse(Buffer.concat(chunks).toString()));
          response.writeHead(isAllowed ? answerPush : 401).end();
        });
    });
    await new Promise<void>((resolve) => adapter.listen(0, '127.0.0.1', resolve));
    clock = 0;
    pushed = [];
    answerPush = 200;
    await start();
  });
  afterAll(async () => {
    await standIn.stop();
    adapter.close();
    await database.drop();
  });
  beforeEach(() => {
    clock = 0;
    answerPush = 200;
  });

  const translate = (answer: Parameters<typeof PROVINCE.translate>[0]) =>
    PROVINCE.translate(answer, Math.floor(Date.now() / 1000));
  const makeCode = async (declaration: HealthDeclaration, bizExtData = '') => {
    const application = await operations.applyCode(declaration.subjectReference, 'Gate', 'self');
    return operations.makeCode(application, bizExtData);
  };
  const text = (code: Uint8Array): string => new TextDecoder().decode(code);
  /** Statuses pushed about a person, oldest first. */
  const statusesPushed = (declaration: HealthDeclaration): readonly (string | undefined)[] =>
    pushed
      .flatMap((body) => source.parsePush?.(body) ?? [])
      .filter(({ identity }) => identity?.number === declaration.document.number)
      .map(({ fields }) => fields['status']);

  it('declares, applies, makes, verifies, queries and corrects', async () => {
    const declaration = declare({ symptoms: ['2'] });
    const declared = await operations.declareHealth(declaration);
    expect(declared.validUntil).toBeGreaterThan(declaration.declaredAt);
    expect(translate(declared.answer)).toMatchObject({
      status: '01',
      reason: 'SYMPTOMS',
      rule: { id: '540000-declared-symptoms', version: '1' },
      evidence: 'self-declared',
      authority: '540000',
    });
    expect(
      await operations.declareTrip(declaration.subjectReference, [
        { fromRegion: '540000', toRegion: '520000', transport: '高铁', departedAt: 1, arrivedAt: 2 },
      ]),
    ).toMatch(/^XC/);

    const made = await makeCode(declaration, 'pass-through-1');
    expect(made.answer.identity).toEqual(declaration.document);
    const verified = await source.readCode(text(made.code), GATE);
    expect(verified.identity).toEqual(declaration.document);
    expect(verified.bizExtData).toBe('pass-through-1');
    expect(translate(verified)).toMatchObject({ status: '01' });

    const queried = await source.readBizExtData?.('pass-through-1', GATE);
    expect(queried).toMatchObject({
      identity: declaration.document,
      maskedName: '测**',
      guidance: expect.any(String) as string,
    });

    const correction = await operations.correctHealth({
      subjectReference: declaration.subjectReference,
      disputedField: 'status',
      claimedValue: '00',
      evidence: '',
    });
    expect(correction.state).toBe('received');
    expect(new Date((correction.dueAt + 8 * 3600) * 1000).getUTCHours()).toBe(18);
    expect(correction.dueAt).toBeGreaterThan(Date.now() / 1000 + 18 * 3600 - 1);
  });

  it('gives a verified code without data of the holder a handle of its own', async () => {
    const declaration = declare();
    await operations.declareHealth(declaration);
    const { bizExtData } = await source.readCode(text((await makeCode(declaration)).code), GATE);
    expect(bizExtData).toMatch(/^[0-9a-f]{32}$/);
    expect((await source.readBizExtData?.(bizExtData ?? '', GATE))?.identity).toEqual(declaration.document);
  });

  it('lets a code be scanned once, by one of several scanners at once', async () => {
    const declaration = declare();
    await operations.declareHealth(declaration);
    const code = text((await makeCode(declaration)).code);
    const scans = await Promise.allSettled([1, 2, 3, 4].map(() => source.readCode(code, GATE)));
    expect(scans.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      scans.filter(
        (scan) => scan.status === 'rejected' && (scan.reason as { code: string }).code === 'LOCAL_CODE_EXPIRED',
      ),
    ).toHaveLength(3);
  });

  it('lets a code be scanned for 60 seconds', async () => {
    const declaration = declare();
    await operations.declareHealth(declaration);
    const code = text((await makeCode(declaration)).code);
    clock = 61_000;
    await expect(source.readCode(code, GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('makes one code of an application, in time and with its random number', async () => {
    const declaration = declare();
    await operations.declareHealth(declaration);
    const application = await operations.applyCode(declaration.subjectReference, 'Gate', 'self');
    await expect(operations.makeCode({ ...application, randomNumber: '0'.repeat(32) }, '')).rejects.toMatchObject({
      code: 'LOCAL_CODE_INVALID',
    });
    await operations.makeCode(application, '');
    await expect(operations.makeCode(application, '')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    const late = await operations.applyCode(declaration.subjectReference, 'Gate', 'self');
    clock = 4 * 60_000;
    await expect(operations.makeCode(late, '')).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('does not let one person pass through the data of another', async () => {
    const [one, other] = [declare(), declare()];
    await operations.declareHealth(one);
    await operations.declareHealth(other);
    await source.readCode(text((await makeCode(one, 'of-one')).code), GATE);
    await expect(makeCode(other, 'of-one')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
  });

  it('knows only references that were declared', async () => {
    const { subjectReference } = declare();
    await expect(operations.applyCode(subjectReference, 'Gate', 'self')).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(operations.declareTrip(subjectReference, [])).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(
      operations.correctHealth({ subjectReference, disputedField: 'status', claimedValue: '00', evidence: '' }),
    ).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
  });

  it('tells who never declared from whom nobody knows', async () => {
    const idle = createDeclaredPeople(CODE).find(({ fields }) => fields['availability'] === 'not-applied');
    const answer = await source.readPerson(parseIdentityDocument('01', idle?.documentNumber ?? ''), GATE);
    expect(translate(answer)).toMatchObject({ availability: 'not-applied' });
    expect(translate(await source.readPerson(declare().document, GATE))).toMatchObject({
      availability: 'no-such-person',
    });
  });

  it('lets a declaration end after 14 days', async () => {
    const declaration = declare();
    await operations.declareHealth(declaration);
    clock = 15 * 86_400_000;
    expect(translate(await source.readPerson(declaration.document, GATE))).toMatchObject({ availability: 'expired' });
  });

  it('pushes every change in its order, again when the adapter was away, and goes on where it stopped', async () => {
    const declaration = declare();
    answerPush = 503;
    await operations.declareHealth(declaration);
    await operations.declareHealth({ ...declaration, contactHistory: true });
    await standIn.stop();
    expect(statusesPushed(declaration)).toEqual([]);
    answerPush = 200;
    await start();
    // The store keeps the last state of a person: what was overtaken before it could be pushed is not stated any more.
    await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toEqual(['10']);
    const before = pushed.length;
    await standIn.stop();
    await start();
    await operations.declareHealth(declaration);
    await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toEqual(['10', '00']);
    expect(pushed.length).toBe(before + 1);
  });

  it('is not held up by a change that the adapter will never understand', async () => {
    const [one, other] = [declare(), declare()];
    answerPush = 400;
    await operations.declareHealth(one);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    answerPush = 200;
    await operations.declareHealth(other);
    await expect.poll(() => statusesPushed(other), { timeout: 5000 }).toEqual(['00']);
    expect(statusesPushed(one)).toEqual([]);
  });

  it.each([[undefined], [null], [{}], [{ statements: [{}] }], [{ statements: 'x' }], ['']])(
    'refuses the push %j',
    (body) => {
      expect(() => source.parsePush?.(body)).toThrow(
        expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error,
      );
    },
  );
});
