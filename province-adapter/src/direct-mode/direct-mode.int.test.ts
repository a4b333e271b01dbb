import { parseIdentityDocument } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeclaredPeople } from './declared-people.js';
import { CODE, DirectModeRun, GATE, textOf } from './direct-mode-run.fixture.js';

describe('a province in direct mode', () => {
  let run: DirectModeRun;
  beforeAll(async () => {
    run = await DirectModeRun.start();
  });
  afterAll(() => run.end());
  beforeEach(() => {
    run.reset();
  });

  it('declares, applies, makes, verifies and queries', async () => {
    const declaration = run.declare({ symptoms: ['2'] });
    const declared = await run.operations.declareHealth(declaration);
    expect(declared.validUntil).toBeGreaterThan(declaration.declaredAt);
    expect(run.translate(declared.answer)).toMatchObject({
      status: '01',
      reason: 'SYMPTOMS',
      rule: { id: '540000-declared-symptoms', version: '1' },
      evidence: 'self-declared',
      authority: '540000',
    });
    expect(
      await run.operations.declareTrip(declaration.subjectReference, [
        { fromRegion: '540000', toRegion: '520000', transport: '高铁', departedAt: 1, arrivedAt: 2 },
      ]),
    ).toMatch(/^XC/);

    const made = await run.makeCode(declaration, 'pass-through-1');
    expect(made.answer.identity).toEqual(declaration.document);
    const verified = await run.source.readCode(textOf(made.code), GATE);
    expect(verified.identity).toEqual(declaration.document);
    expect(verified.bizExtData).toBe('pass-through-1');
    expect(run.translate(verified)).toMatchObject({ status: '01' });

    const queried = await run.source.readBizExtData?.('pass-through-1', GATE);
    expect(queried).toMatchObject({
      identity: declaration.document,
      maskedName: '测**',
      guidance: expect.any(String) as string,
    });
  });

  it('gives a verified code without data of the holder a handle of its own', async () => {
    const declaration = run.declare();
    await run.operations.declareHealth(declaration);
    const { bizExtData } = await run.source.readCode(textOf((await run.makeCode(declaration)).code), GATE);
    expect(bizExtData).toMatch(/^[0-9a-f]{32}$/);
    expect((await run.source.readBizExtData?.(bizExtData ?? '', GATE))?.identity).toEqual(declaration.document);
  });

  it('lets a code be scanned once, by one of several scanners at once', async () => {
    const declaration = run.declare();
    await run.operations.declareHealth(declaration);
    const code = textOf((await run.makeCode(declaration)).code);
    const scans = await Promise.allSettled([1, 2, 3, 4].map(() => run.source.readCode(code, GATE)));
    expect(scans.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      scans.filter(
        (scan) => scan.status === 'rejected' && (scan.reason as { code: string }).code === 'LOCAL_CODE_SPENT',
      ),
    ).toHaveLength(3);
  });

  it('lets a code be scanned for 60 seconds', async () => {
    const declaration = run.declare();
    await run.operations.declareHealth(declaration);
    const code = textOf((await run.makeCode(declaration)).code);
    run.clock = 61_000;
    await expect(run.source.readCode(code, GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('makes one code of an application, in time and with its random number', async () => {
    const declaration = run.declare();
    await run.operations.declareHealth(declaration);
    const application = await run.operations.applyCode(declaration.subjectReference, 'Gate', 'self', '');
    await expect(run.operations.makeCode({ ...application, randomNumber: '0'.repeat(32) }, '')).rejects.toMatchObject({
      code: 'LOCAL_CODE_INVALID',
    });
    await run.operations.makeCode(application, '');
    await expect(run.operations.makeCode(application, '')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    const late = await run.operations.applyCode(declaration.subjectReference, 'Gate', 'self', '');
    run.clock = 4 * 60_000;
    await expect(run.operations.makeCode(late, '')).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('does not let one person pass through the data of another', async () => {
    const [one, other] = [run.declare(), run.declare()];
    await run.operations.declareHealth(one);
    await run.operations.declareHealth(other);
    await run.source.readCode(textOf((await run.makeCode(one, 'of-one')).code), GATE);
    await expect(run.makeCode(other, 'of-one')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
  });

  it('knows only references that were declared', async () => {
    const { subjectReference } = run.declare();
    await expect(run.operations.applyCode(subjectReference, 'Gate', 'self', '')).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(run.operations.declareTrip(subjectReference, [])).rejects.toMatchObject({
      code: 'LOCAL_PERSON_UNRESOLVED',
    });
    await expect(
      run.operations.correctHealth({ subjectReference, disputedField: 'status', claimedValue: '00', evidence: '' }),
    ).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
  });

  it('takes over no foreign statement unless it is told to', () => {
    expect(run.operations.acceptForeignStatement).toBeUndefined();
  });

  it('tells who never declared from whom nobody knows', async () => {
    const idle = createDeclaredPeople(CODE).find(({ fields }) => fields['availability'] === 'not-applied');
    const answer = await run.source.readPerson(parseIdentityDocument('01', idle?.documentNumber ?? ''), GATE);
    expect(run.translate(answer)).toMatchObject({ availability: 'not-applied' });
    expect(run.translate(await run.source.readPerson(run.declare().document, GATE))).toMatchObject({
      availability: 'no-such-person',
    });
  });

  it('lets a declaration end after 14 days', async () => {
    const declaration = run.declare();
    await run.operations.declareHealth(declaration);
    run.clock = 15 * 86_400_000;
    expect(run.translate(await run.source.readPerson(declaration.document, GATE))).toMatchObject({ availability: 'expired' });
  });
});
