import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../deploy/embedded/test-services.js';
import { stateAnswer } from '../../attest/state-answer.js';
import { Declarants } from '../../direct-mode/declaration.fixture.js';
import { startPushTarget, type PushTargetServer } from '../../direct-mode/push-target.fixture.js';
import type { StoredCorrection } from '../../direct-mode/stored-correction.js';
import { formatChinaTime, parseChinaTime } from '../../local-format/china-time.js';
import type { VerifierContext } from '../../local-answer.js';
import type { ForeignStatement, HealthDeclaration, NationalCodeOperations } from '../../national-code-port.js';
import type { Source } from '../../province-system.js';
import { DocumentStore } from '../../stand-in/document.store.js';
import { startStandIn, type StartedStandIn } from '../../stand-in/start-stand-in.http.js';
import { localSystem } from './local-system.js';
import { profile } from './profile.js';
import { province } from './province.js';

const GATE: VerifierContext = { province: '110000', purpose: 'checkpoint', organisation: 'Gate', position: 'G2 Gate 1' };
/** A Friday in the epidemic, in Asia/Shanghai. */
const MORNING = '2022-04-01 10:00:00';
const declarants = new Declarants('993799');

describe('山东健康通行码', () => {
  let database: TestDatabase;
  let adapter: PushTargetServer;
  let pushed: unknown[];
  let standIn: StartedStandIn;
  let source: Source;
  let operations: Required<NationalCodeOperations>;
  /** Seconds since the epoch. */
  let clock: number;

  const setClock = (text: string): void => {
    clock = parseChinaTime(text);
  };
  const start = async (): Promise<void> => {
    standIn = await startStandIn(localSystem, { databaseUrl: database.url, host: '127.0.0.1', port: 0, push: { url: adapter.url } }, () => clock * 1000);
    source = province.createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, isStandIn: true });
    operations = source.operations as Required<NationalCodeOperations>;
  };
  const restart = async (): Promise<void> => {
    await standIn.stop();
    await start();
  };
  const translate = (answer: Parameters<typeof province.translate>[0]) => province.translate(answer, clock);
  const scan = async (subjectReference: string) => {
    const made = await operations.makeCode(await operations.applyCode(subjectReference, 'Gate', 'self', ''), '');
    return source.readCode(new TextDecoder().decode(made.code), GATE);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    adapter = await startPushTarget((body) => {
      pushed.push(body);
      return 200;
    });
  });
  beforeEach(async () => {
    pushed = [];
    setClock(MORNING);
    await start();
  });
  afterEach(async () => {
    await standIn.stop();
  });
  afterAll(async () => {
    adapter.close();
    await database.drop();
  });

  describe('a correction', () => {
    const decide = async (ticket: string, decision: string): Promise<unknown> => {
      const body = JSON.stringify({ ticket, decision });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`http://${standIn.address}/stand-in/review`, { method: 'POST', headers, body })).json();
    };
    const declareAndDispute = async (facts: Partial<HealthDeclaration>, claimedValue: string) => {
      const declaration = declarants.declare({ declaredAt: clock, ...facts });
      await operations.declareHealth(declaration);
      const { subjectReference } = declaration;
      const receipt = await operations.correctHealth({ subjectReference, disputedField: 'status', claimedValue, evidence: '核酸检测阴性' });
      return { declaration, ...receipt };
    };
    const statusOf = async ({ document }: HealthDeclaration) => translate(await source.readPerson(document, GATE));
    const stateOf = async (ticket: string) => (await operations.queryCorrection(ticket)).state;
    const statusesPushed = ({ document }: HealthDeclaration) =>
      pushed
        .flatMap((body) => source.parsePush?.(body) ?? [])
        .filter(({ identity }) => identity?.number === document.number)
        .map(({ fields }) => fields['status']);
    /** Longer than the stand-in waits between two looks at the clock. */
    const pass = () => new Promise((resolve) => setTimeout(resolve, 1200));

    it('that nobody answers is decided for the applicant at 18:00 of the next day, and pushed', async () => {
      const { declaration, ticket, dueAt } = await declareAndDispute({ contactHistory: true }, '00');
      expect(formatChinaTime(dueAt * 1000)).toBe('2022-04-02 18:00:00');
      setClock('2022-04-02 17:59:59');
      await pass();
      expect(await operations.queryCorrection(ticket)).toEqual({ state: 'received', dueAt });
      expect(await statusOf(declaration)).toMatchObject({ status: '10' });

      setClock('2022-04-02 18:00:00');
      await expect.poll(() => stateOf(ticket), { timeout: 5000 }).toBe('decided-by-default');
      expect(await operations.queryCorrection(ticket)).toEqual({ state: 'decided-by-default', dueAt, decidedAt: dueAt });
      await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toEqual(['10', '00']);
      const rule = { id: '370000-review-default', version: '1' };
      expect(await statusOf(declaration)).toMatchObject({ status: '00', since: dueAt, reason: 'REVIEW_UNANSWERED', rule, authority: '370000', evidence: 'self-declared' });
      expect(profile.rules).toContainEqual(expect.objectContaining(rule));
    });

    it('that fell due while the local system was down is decided when it is up again, as of the due time', async () => {
      const { declaration, ticket, dueAt } = await declareAndDispute({ symptoms: ['2'] }, '00');
      await standIn.stop();
      setClock('2022-04-04 03:00:00');
      await start();
      await expect.poll(() => stateOf(ticket), { timeout: 5000 }).toBe('decided-by-default');
      await expect.poll(() => statusOf(declaration), { timeout: 5000 }).toMatchObject({ status: '00', since: dueAt });
      await expect.poll(() => statusesPushed(declaration), { timeout: 5000 }).toContain('00');
      const before = statusesPushed(declaration).length;
      await restart();
      await pass();
      expect(statusesPushed(declaration)).toHaveLength(before);
    });

    it('that was decided and not yet written when the local system was killed is written when it is up again', async () => {
      const { declaration, ticket, dueAt } = await declareAndDispute({ symptoms: ['2'] }, '00');
      await standIn.stop();
      const documents = await DocumentStore.open(database.url, 'shandong');
      await documents.collection<StoredCorrection>('correction').change(ticket, (stored) => ({ ...stored, state: 'upheld', decidedAt: dueAt }));
      await documents.close();
      setClock('2022-04-02 18:00:00');
      await start();
      await expect.poll(() => statusOf(declaration), { timeout: 5000 }).toMatchObject({ status: '00', reason: 'REVIEW_UPHELD' });
      expect(await stateOf(ticket)).toBe('upheld');
    });

    it('can be rejected for 6 working hours, and upheld until it is decided', async () => {
      const [one, other, third] = [await declareAndDispute({ symptoms: ['2'] }, '00'), await declareAndDispute({ symptoms: ['2'] }, '00'), await declareAndDispute({ symptoms: ['2'] }, '00')];
      setClock('2022-04-01 15:59:59');
      expect(await decide(one.ticket, 'reject')).toEqual({ state: 'rejected' });
      setClock('2022-04-01 16:00:00');
      expect(await decide(other.ticket, 'reject')).toEqual({ refused: 'too-late-to-reject' });
      expect(await decide(other.ticket, 'uphold')).toEqual({ state: 'upheld' });
      expect(await statusOf(other.declaration)).toMatchObject({ status: '00', reason: 'REVIEW_UPHELD', rule: { id: '370000-review-upheld' } });
      setClock('2022-04-02 18:00:00');
      await expect.poll(() => stateOf(third.ticket), { timeout: 5000 }).toBe('decided-by-default');
      expect(await decide(third.ticket, 'uphold')).toEqual({ refused: 'decided-already' });
      expect([await stateOf(one.ticket), await stateOf(other.ticket)]).toEqual(['rejected', 'upheld']);
      expect(await statusOf(one.declaration)).toMatchObject({ status: '01' });
    });

    it('never makes a status graver by silence', async () => {
      const { declaration, ticket } = await declareAndDispute({}, '10');
      setClock('2022-04-02 18:00:00');
      await expect.poll(() => stateOf(ticket), { timeout: 5000 }).toBe('decided-by-default');
      await pass();
      expect(await statusOf(declaration)).toMatchObject({ status: '00', reason: expect.not.stringMatching(/^REVIEW/) as string });
    });

    it('does not undo what was declared after it', async () => {
      const { declaration, ticket } = await declareAndDispute({ symptoms: ['2'] }, '00');
      await operations.declareHealth({ ...declaration, contactHistory: true });
      setClock('2022-04-02 18:00:00');
      await expect.poll(() => stateOf(ticket), { timeout: 5000 }).toBe('decided-by-default');
      await pass();
      expect(await statusOf(declaration)).toMatchObject({ status: '10', reason: 'CONTACT_HISTORY' });
    });
  });

  describe('somebody who arrives (来鲁申报)', () => {
    const arrive = (change: Partial<ForeignStatement> = {}): ForeignStatement => ({
      subjectReference: declarants.next().subjectReference,
      issuer: province.profile.code,
      status: '01',
      reason: 'FEVER',
      since: clock - 3600,
      validUntil: clock + 86_400,
      maskedName: '测**',
      ...change,
    });

    it('gets a code for a converted statement, without declaring, and is answered by reference alone', async () => {
      const statement = arrive({ issuer: '520000' as ForeignStatement['issuer'] });
      await operations.acceptForeignStatement(statement);
      const answer = await scan(statement.subjectReference);
      expect(answer).toMatchObject({ subjectReference: statement.subjectReference, maskedName: '测**', fields: { status: '01', reason: 'FEVER', convertedFrom: '520000', ruleId: '' } });
      expect(answer.identity).toBeUndefined();
      expect(answer.maskedIdNumber).toBeUndefined();
      expect(translate(answer)).toMatchObject({ status: '01', reason: 'FEVER', since: statement.since, validUntil: statement.validUntil, authority: '520000' });
      expect((await source.readBizExtData?.(answer.bizExtData ?? '', GATE))?.subjectReference).toBe(statement.subjectReference);
      const stated = await stateAnswer(answer, { province, resolve: () => Promise.reject(new Error('no document')), now: () => clock });
      expect(stated).toMatchObject({ statement: { subject: statement.subjectReference, isByReference: true } });
    });

    it('is not pushed as somebody of the province', async () => {
      await operations.acceptForeignStatement(arrive());
      await operations.declareHealth(declarants.declare({ declaredAt: clock }));
      await expect.poll(() => pushed.length, { timeout: 5000 }).toBeGreaterThan(0);
      expect(pushed.flatMap((body) => source.parsePush?.(body) ?? []).filter(({ subjectReference }) => subjectReference !== undefined)).toEqual([]);
    });

    it('keeps the code over a restart, and has no status once the statement has ended', async () => {
      const statement = arrive();
      await operations.acceptForeignStatement(statement);
      await restart();
      expect(translate(await scan(statement.subjectReference))).toMatchObject({ status: '01' });
      clock = statement.validUntil;
      expect(translate(await scan(statement.subjectReference))).toMatchObject({ availability: 'expired' });
    });

    it('has the last conversion stand', async () => {
      const statement = arrive();
      await operations.acceptForeignStatement(statement);
      await operations.acceptForeignStatement({ ...statement, status: '00', reason: '' });
      expect(translate(await scan(statement.subjectReference))).toMatchObject({ status: '00' });
    });

    it('is not whitewashed of what the province itself states', async () => {
      const declaration = declarants.declare({ declaredAt: clock, contactHistory: true });
      await operations.declareHealth(declaration);
      const { subjectReference } = declaration;
      await expect(operations.acceptForeignStatement(arrive({ subjectReference, status: '00' }))).rejects.toMatchObject({ code: 'CONVERSION_CONTRADICTED' });
      await operations.acceptForeignStatement(arrive({ subjectReference, status: '10' }));
      expect(await scan(subjectReference)).toMatchObject({ identity: declaration.document, fields: { reason: 'CONTACT_HISTORY' } });
    });

    it('is known by declaration from then on, also by a code made before', async () => {
      const declaration = declarants.declare({ declaredAt: clock });
      const { subjectReference } = declaration;
      await operations.acceptForeignStatement(arrive({ subjectReference }));
      const made = await operations.makeCode(await operations.applyCode(subjectReference, 'Gate', 'self', ''), '');
      await operations.declareHealth(declaration);
      expect(await source.readCode(new TextDecoder().decode(made.code), GATE)).toMatchObject({ identity: declaration.document, fields: { status: '00' } });
    });

    it('has nobody act or speak for a reference alone', async () => {
      const { subjectReference } = arrive();
      await operations.acceptForeignStatement(arrive({ subjectReference }));
      const { subjectReference: stranger } = declarants.next();
      await expect(operations.applyCode(subjectReference, 'Gate', 'self', stranger)).rejects.toMatchObject({ code: 'LOCAL_AGENT_UNKNOWN' });
      await expect(operations.correctHealth({ subjectReference, disputedField: 'status', claimedValue: '00', evidence: '' })).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
    });
  });
});
