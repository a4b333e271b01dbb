import { parseIdentityDocument, parseProvinceCode } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { HealthDeclaration, NationalCodeOperations, Source, VerifierContext } from '../province-system.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { Declarants } from './declaration.fixture.js';
import { createDeclaredPeople } from './declared-people.js';
import { createDirectModeLocalSystem } from './direct-mode-local-system.js';
import { createDirectModeProfile } from './direct-mode-profile.js';
import { createDirectModeProvince } from './direct-mode-province.js';
import { createDirectModeSource } from './direct-mode-source.js';
import { MAX_DEPENDANTS } from './proxies.js';
import { startPushTarget, type PushTargetServer } from './push-target.fixture.js';

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

const declarants = new Declarants('995499');
const declare = (facts: Partial<HealthDeclaration> = {}): HealthDeclaration => declarants.declare(facts);

describe('a province in direct mode', () => {
  let database: TestDatabase;
  let adapter: PushTargetServer;
  let answerPush: number;
  let pushed: unknown[];
  let standIn: StartedStandIn;
  let clock: number;
  let source: Source;
  let operations: NationalCodeOperations;

  const start = async (): Promise<void> => {
    const push = { url: adapter.url, token: 'push-token' };
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
    adapter = await startPushTarget((body, authorization) => {
      const isAllowed = authorization === 'Bearer push-token';
      if (isAllowed && answerPush === 200) pushed.push(body);
      return isAllowed ? answerPush : 401;
    });
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
    const application = await operations.applyCode(declaration.subjectReference, 'Gate', 'self', '');
    return operations.makeCode(application, bizExtData);
  };
  const text = (code: Uint8Array): string => new TextDecoder().decode(code);
  /** Statuses pushed about a person, oldest first. */
  const statusesPushed = (declaration: HealthDeclaration): readonly (string | undefined)[] =>
    pushed
      .flatMap((body) => source.parsePush?.(body) ?? [])
      .filter(({ identity }) => identity?.number === declaration.document.number)
      .map(({ fields }) => fields['status']);

  it('declares, applies, makes, verifies and queries', async () => {
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
    const application = await operations.applyCode(declaration.subjectReference, 'Gate', 'self', '');
    await expect(operations.makeCode({ ...application, randomNumber: '0'.repeat(32) }, '')).rejects.toMatchObject({
      code: 'LOCAL_CODE_INVALID',
    });
    await operations.makeCode(application, '');
    await expect(operations.makeCode(application, '')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    const late = await operations.applyCode(declaration.subjectReference, 'Gate', 'self', '');
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
    await expect(operations.applyCode(subjectReference, 'Gate', 'self', '')).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(operations.declareTrip(subjectReference, [])).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(
      operations.correctHealth({ subjectReference, disputedField: 'status', claimedValue: '00', evidence: '' }),
    ).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
  });

  describe('for somebody else (代办)', () => {
    const apply = (person: HealthDeclaration, agentReference: string) =>
      operations.applyCode(person.subjectReference, 'Gate', 'self', agentReference);

    it('states the person, as self-declared, and says nothing of the agent', async () => {
      const agent = declarants.agent();
      const declaration = declare({ symptoms: ['2'], agent });
      const { answer } = await operations.declareHealth(declaration);
      expect(answer.identity).toEqual(declaration.document);
      expect(translate(answer)).toMatchObject({ status: '01', evidence: 'self-declared' });
      const made = await operations.makeCode(await apply(declaration, agent.subjectReference), '');
      const said = JSON.stringify([answer, made.answer, await source.readCode(text(made.code), GATE), await source.readPerson(declaration.document, GATE)]);
      for (const trace of [agent.document.number, agent.subjectReference, agent.name, agent.relationship]) expect(said).not.toContain(trace);
    });

    it('gives a code to the person, to the agent who declared, and to no other', async () => {
      const [agent, other] = [declarants.agent(), declarants.agent()];
      const declaration = declare({ agent });
      await operations.declareHealth(declaration);
      await operations.declareHealth(declare({ agent: other }));
      await apply(declaration, agent.subjectReference);
      await apply(declaration, '');
      await apply(declaration, declaration.subjectReference);
      await expect(apply(declaration, other.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
    });

    it('has two who declared for the same person both act, until the person declares alone', async () => {
      const agents = [declarants.agent(), declarants.agent()];
      const declaration = declare();
      for (const agent of agents) await operations.declareHealth({ ...declaration, agent });
      for (const agent of agents) await apply(declaration, agent.subjectReference);
      await operations.declareHealth(declaration);
      for (const agent of agents) await expect(apply(declaration, agent.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
    });

    it('ends with the declaration', async () => {
      const agent = declarants.agent();
      const declaration = declare({ agent });
      await operations.declareHealth(declaration);
      clock = 15 * 86_400_000;
      await expect(apply(declaration, agent.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
    });

    it('lets one agent act for several people, and for so many only', async () => {
      const agent = declarants.agent();
      const family = Array.from({ length: MAX_DEPENDANTS }, () => declare({ agent }));
      for (const person of family) await operations.declareHealth(person);
      for (const person of family) await apply(person, agent.subjectReference);
      const oneMore = declare({ agent });
      await expect(operations.declareHealth(oneMore)).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
      await expect(apply(oneMore, '')).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
      for (const person of family.slice(0, 1)) await operations.declareHealth(person);
      clock = 15 * 86_400_000;
      await operations.declareHealth(declare({ agent, declaredAt: Math.floor(Date.now() / 1000) + 15 * 86_400 }));
    });
  });

  describe('a correction', () => {
    const decide = async (ticket: string, decision: string): Promise<unknown> => {
      const response = await fetch(`http://${standIn.address}/stand-in/review`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ticket, decision }),
      });
      return response.json();
    };
    const correct = async (claimedValue = '00', disputedField = 'status') => {
      const declaration = declare({ symptoms: ['2'] });
      await operations.declareHealth(declaration);
      const { subjectReference } = declaration;
      return { declaration, ...(await operations.correctHealth({ subjectReference, disputedField, claimedValue, evidence: '' })) };
    };
    const query = (ticket: string) => operations.queryCorrection?.(ticket);
    const statusOf = async ({ document }: HealthDeclaration) => translate(await source.readPerson(document, GATE));

    it('is received, due at 18:00 of the next day', async () => {
      const { ticket, state, dueAt } = await correct();
      expect(state).toBe('received');
      expect(new Date((dueAt + 8 * 3600) * 1000).getUTCHours()).toBe(18);
      expect(dueAt).toBeGreaterThan(Date.now() / 1000 + 18 * 3600 - 1);
      expect(await query(ticket)).toEqual({ state: 'received', dueAt });
    });

    it('that the staff uphold sets what was claimed, under a rule of its own, and is pushed', async () => {
      const { declaration, ticket, dueAt } = await correct();
      await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toEqual(['01']);
      expect(await decide(ticket, 'uphold')).toEqual({ state: 'upheld' });
      expect(await query(ticket)).toEqual({ state: 'upheld', dueAt, decidedAt: expect.any(Number) as number });
      const record = { status: '00', reason: 'REVIEW_UPHELD', rule: { id: '540000-review-upheld', version: '1' }, evidence: 'authority-decision' };
      expect(await statusOf(declaration)).toMatchObject(record);
      expect(PROFILE.rules).toContainEqual(expect.objectContaining(record.rule));
      await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toEqual(['01', '00']);
    });

    it('that the staff reject leaves everything', async () => {
      const { declaration, ticket } = await correct();
      expect(await decide(ticket, 'reject')).toEqual({ state: 'rejected' });
      expect(await query(ticket)).toMatchObject({ state: 'rejected' });
      expect(await statusOf(declaration)).toMatchObject({ status: '01', reason: 'SYMPTOMS' });
    });

    it('is decided once, by one of several at once', async () => {
      const { ticket } = await correct();
      const answers = await Promise.all(['uphold', 'reject', 'uphold', 'reject'].map((decision) => decide(ticket, decision)));
      expect(answers.filter((answer) => JSON.stringify(answer) === '{"refused":"decided-already"}')).toHaveLength(3);
    });

    it('stays received where no rule says what follows from silence', async () => {
      const { declaration, ticket, dueAt } = await correct();
      clock = 3 * 86_400_000;
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect(await query(ticket)).toEqual({ state: 'received', dueAt });
      expect(await statusOf(declaration)).toMatchObject({ status: '01' });
    });

    it('of another field than the status changes no status', async () => {
      const { declaration, ticket } = await correct('测试丙', 'name');
      expect(await decide(ticket, 'uphold')).toEqual({ state: 'upheld' });
      expect(await statusOf(declaration)).toMatchObject({ status: '01', reason: 'SYMPTOMS' });
    });

    it.each(['02', 'green', '', '11'])('cannot claim the status %j', async (claimedValue) => {
      await expect(correct(claimedValue)).rejects.toMatchObject({ code: 'REQUEST_FIELD_INVALID' });
    });

    it('nobody made is unknown to everybody', async () => {
      await expect(query('JC000000000000000000000000')).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
      expect(await decide('JC000000000000000000000000', 'uphold')).toEqual({ refused: 'ticket-unknown' });
      expect(await decide('JC000000000000000000000000', 'maybe')).toEqual({ refused: 'request-invalid' });
    });
  });

  it('takes over no foreign statement unless it is told to', () => {
    expect(operations.acceptForeignStatement).toBeUndefined();
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
