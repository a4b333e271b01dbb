import { generateProvinceKey, importSigningKey, parseProvinceCode, readClaims } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../deploy/embedded/test-services.js';
import { Attestor } from '../../attest/attestor.js';
import type { CallHandlers } from '../../call/call-handlers.js';
import { startPushTarget, type PushTargetServer } from '../../direct-mode/push-target.fixture.js';
import { ProvinceKeyCache } from '../../hub/province-key-cache.js';
import { observeAnswers } from '../../observe/observe.js';
import { createConvertOperations } from '../../operations/convert-operations.js';
import { createForeignProvince } from '../../operations/foreign-province.fixture.js';
import { createChangeOperations } from '../../operations/national-code-operations.js';
import { createVerificationOperations } from '../../operations/verification-operations.js';
import { OutboxStore } from '../../outbox/outbox.store.js';
import { createReferenceResolver } from '../../person/resolve-subject.js';
import { connectDatabase, migrateDatabase } from '../../platform/database.js';
import { parseChinaTime } from '../../local-format/china-time.js';
import { startStandIn, type StartedStandIn } from '../../stand-in/start-stand-in.http.js';
import { syntheticIdNumber } from '../../stand-in/synthetic-people.js';
import { localSystem } from './local-system.js';
import { SHANDONG } from './profile.js';
import { province } from './province.js';

const GUIZHOU = parseProvinceCode('520000');
const call = { signal: new AbortController().signal };
const context: v1.ICheckpointContext = { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: 'Gate', position: 'G2 Gate 1' };
const declarationOf = (index: number, more: v1.IDeclareHealthRequest = {}): v1.IDeclareHealthRequest => ({
  province: SHANDONG,
  subject: { name: '测试甲', sex: '1', nationality: 'CHN', idType: '01', idNumber: syntheticIdNumber('993798', index) },
  temperature: 36.5,
  ...more,
});

describe('what 山东健康通行码 has attested', () => {
  let database: TestDatabase;
  let outboxDatabase: DataSource;
  let pushTarget: PushTargetServer;
  let standIn: StartedStandIn;
  let store: OutboxStore;
  let handlers: Omit<CallHandlers, 'resolveReference'>;
  let guizhou: Awaited<ReturnType<typeof createForeignProvince>>;
  let arriving: string;
  let clock: number;

  beforeAll(async () => {
    clock = parseChinaTime('2022-04-01 10:00:00');
    database = await createTestDatabase();
    outboxDatabase = await connectDatabase(database.url, pino({ level: 'silent' }));
    await migrateDatabase(outboxDatabase);
    store = new OutboxStore(outboxDatabase);
    await store.claim(SHANDONG);
    const now = (): number => clock;
    const key = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    const attestor = new Attestor({
      outbox: store,
      keys: () => [{ key, saltSecret: new Uint8Array(32) }],
      terms: { issuer: SHANDONG, lifetimeSeconds: 14 * 86_400 },
      now,
      lastSequence: 0,
      onAppended: () => undefined,
    });
    const resolve = createReferenceResolver({ version: 1, secret: new Uint8Array(32).fill(7) });
    arriving = await resolve({ type: '01', number: syntheticIdNumber('995298', 1) });
    guizhou = await createForeignProvince(GUIZHOU, arriving, clock);

    const terms = { province, resolve, now, position: () => attestor.position, record: attestor.record.bind(attestor) };
    pushTarget = await startPushTarget(async (body) => {
      await observeAnswers(source.parsePush?.(body) ?? [], terms, attestor.position);
      return 200;
    });
    const push = { url: pushTarget.url };
    standIn = await startStandIn(localSystem, { databaseUrl: database.url, host: '127.0.0.1', port: 0, push }, () => clock * 1000);
    const source = province.createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, isStandIn: true });
    const callTerms = { ...terms, attest: attestor.attest.bind(attestor), withdraw: attestor.withdraw.bind(attestor), attestForHolder: attestor.attestForHolder.bind(attestor) };
    const keys = new ProvinceKeyCache({ listProvinces: () => Promise.resolve([guizhou.listed]), now: () => clock * 1000 });
    handlers = {
      ...createVerificationOperations(source, callTerms),
      ...createChangeOperations(source, callTerms),
      ...createConvertOperations(source, { ...terms, keys, findConverted: attestor.findConverted.bind(attestor), convert: attestor.convert.bind(attestor) }),
    };
  });
  afterAll(async () => {
    await standIn.stop();
    pushTarget.close();
    await outboxDatabase.destroy();
    await database.drop();
  });

  const standingOf = async (subject: string) => {
    const [standing] = [...(await store.findStanding([{ subject, kind: 'health-status' }])).values()];
    return standing === undefined ? undefined : readClaims(standing.token);
  };
  const makeCode = async (subjectReference: string, agentReference = '') => {
    const application = await handlers.applyCode({ subjectReference, agentReference, organisation: 'Gate', purpose: v1.Purpose.PURPOSE_SELF }, call);
    return handlers.makeCode({ businessSerialNumber: application.businessSerialNumber ?? '', randomNumber: application.randomNumber ?? '' }, call);
  };
  const scan = async (code: Uint8Array | null | undefined) => (await handlers.attestCode({ code: code ?? new Uint8Array(), context }, call)).attestation ?? '';

  it('has a correction that nobody answered supersede what it disputed', async () => {
    const { subjectReference, status } = await handlers.declareHealth(declarationOf(1, { contactHistory: true }), call);
    expect(status).toBe(v1.HealthStatus.HEALTH_STATUS_RED);
    const red = await standingOf(subjectReference ?? '');
    const { ticket } = await handlers.correctHealth({ subjectReference: subjectReference ?? '', disputedField: 'status', claimedValue: '00' }, call);
    clock = parseChinaTime('2022-04-02 18:00:00');
    await expect.poll(() => standingOf(subjectReference ?? ''), { timeout: 10_000 }).toMatchObject({
      status: '00', since: clock, reason: 'REVIEW_UNANSWERED', rule: { id: '370000-review-default', version: '1' }, authority: SHANDONG, evidence: 'self-declared', supersedes: red?.sequence,
    });
    expect(await handlers.queryCorrection({ ticket: ticket ?? '' }, call)).toMatchObject({ state: 'decided-by-default', decidedAt: { seconds: clock } });
  });

  it('has nothing of an agent in what is attested of the person', async () => {
    const agent: v1.IAgent = { name: '测试乙', idType: '01', idNumber: syntheticIdNumber('993798', 9), relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD };
    const { subjectReference, agentReference } = await handlers.declareHealth(declarationOf(2, { agent, declaredAt: { seconds: clock } }), call);
    const { code, attestation } = await makeCode(subjectReference ?? '', agentReference ?? '');
    expect(attestation?.split('~')[0]).toBe(await scan(code));
    const claims = await standingOf(subjectReference ?? '');
    expect(claims).toMatchObject({ subject: subjectReference, status: '00', evidence: 'self-declared' });
    for (const trace of [agentReference, agent.name, agent.idNumber]) expect(JSON.stringify(claims)).not.toContain(trace);
  });

  it('gives the converted statement to whoever scans the local code of somebody who arrived', async () => {
    const foreign = await guizhou.state({ status: '01', reason: 'FEVER', expiresAt: clock + 3600 }, { maskedName: '测**' });
    const { attestation, presentation, subjectReference } = await handlers.convertCode({ province: SHANDONG, attestation: Buffer.from(foreign.presentation) }, call);
    expect(subjectReference).toBe(arriving);
    const made = await makeCode(arriving);
    expect(made.attestation).toBe(presentation);
    expect(await scan(made.code)).toBe(attestation);
    expect(readClaims(attestation ?? '')).toMatchObject({ issuer: SHANDONG, status: '01', source: { issuer: GUIZHOU, sequence: 7 }, rule: { id: '370000-conversion-foreign' } });
  });

  it('states nothing of somebody who arrived once the converted statement has ended', async () => {
    const { code } = await makeCode(arriving);
    const before = await store.readLastSequence();
    clock += 3600 - 30;
    const last = await makeCode(arriving);
    clock += 30;
    expect(await scan(last.code)).toBe('');
    expect(await store.readLastSequence()).toBe(before);
    await expect(scan(code)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('states the person itself once the person declares here', async () => {
    const { subjectReference } = await handlers.declareHealth(
      declarationOf(0, { subject: { name: '测试甲', sex: '1', nationality: 'CHN', idType: '01', idNumber: syntheticIdNumber('995298', 1) }, declaredAt: { seconds: clock } }),
      call,
    );
    expect(subjectReference).toBe(arriving);
    expect(await standingOf(arriving)).toMatchObject({ status: '00', rule: { id: '370000-declared-nothing' } });
    expect((await standingOf(arriving))?.source).toBeUndefined();
  });
});
