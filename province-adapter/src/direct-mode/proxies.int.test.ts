import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HealthDeclaration } from '../national-code-port.js';
import { DirectModeRun, GATE, textOf } from './direct-mode-run.fixture.js';
import { MAX_DEPENDANTS } from './proxies.js';

describe('declaring for somebody else (代办)', () => {
  let run: DirectModeRun;
  beforeAll(async () => {
    run = await DirectModeRun.start();
  });
  afterAll(() => run.end());
  beforeEach(() => {
    run.reset();
  });

  const apply = (person: HealthDeclaration, agentReference: string) =>
    run.operations.applyCode(person.subjectReference, 'Gate', 'self', agentReference);

  it('states the person, as self-declared, and says nothing of the agent', async () => {
    const agent = run.declarants.agent();
    const declaration = run.declare({ symptoms: ['2'], agent });
    const { answer } = await run.operations.declareHealth(declaration);
    expect(answer.identity).toEqual(declaration.document);
    expect(run.translate(answer)).toMatchObject({ status: '01', evidence: 'self-declared' });
    const made = await run.operations.makeCode(await apply(declaration, agent.subjectReference), '');
    const said = JSON.stringify([answer, made.answer, await run.source.readCode(textOf(made.code), GATE), await run.source.readPerson(declaration.document, GATE)]);
    for (const trace of [agent.document.number, agent.subjectReference, agent.name, agent.relationship]) expect(said).not.toContain(trace);
  });

  it('gives a code to the person, to the agent who declared, and to no other', async () => {
    const [agent, other] = [run.declarants.agent(), run.declarants.agent()];
    const declaration = run.declare({ agent });
    await run.operations.declareHealth(declaration);
    await run.operations.declareHealth(run.declare({ agent: other }));
    await apply(declaration, agent.subjectReference);
    await apply(declaration, '');
    await apply(declaration, declaration.subjectReference);
    await expect(apply(declaration, other.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_AGENT_UNKNOWN' });
  });

  it('has two who declared for the same person both act, until the person declares alone', async () => {
    const agents = [run.declarants.agent(), run.declarants.agent()];
    const declaration = run.declare();
    for (const agent of agents) await run.operations.declareHealth({ ...declaration, agent });
    for (const agent of agents) await apply(declaration, agent.subjectReference);
    await run.operations.declareHealth(declaration);
    for (const agent of agents) await expect(apply(declaration, agent.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_AGENT_ENDED' });
  });

  it('gives the right to every one of several who declare at once', async () => {
    const agents = Array.from({ length: 6 }, () => run.declarants.agent());
    const declaration = run.declare();
    await Promise.all(agents.map((agent) => run.operations.declareHealth({ ...declaration, agent })));
    for (const agent of agents) await apply(declaration, agent.subjectReference);
  });

  it('ends with the declaration', async () => {
    const agent = run.declarants.agent();
    const declaration = run.declare({ agent });
    await run.operations.declareHealth(declaration);
    run.clock = 15 * 86_400_000;
    await expect(apply(declaration, agent.subjectReference)).rejects.toMatchObject({ code: 'LOCAL_AGENT_ENDED' });
  });

  it('lets one agent act for several people, and for so many only', async () => {
    const agent = run.declarants.agent();
    const family = Array.from({ length: MAX_DEPENDANTS }, () => run.declare({ agent }));
    for (const person of family) await run.operations.declareHealth(person);
    for (const person of family) await apply(person, agent.subjectReference);
    const oneMore = run.declare({ agent });
    await expect(run.operations.declareHealth(oneMore)).rejects.toMatchObject({ code: 'LOCAL_AGENT_FULL' });
    await expect(apply(oneMore, '')).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
    for (const person of family.slice(0, 1)) await run.operations.declareHealth(person);
    run.clock = 15 * 86_400_000;
    await run.operations.declareHealth(run.declare({ agent, declaredAt: Math.floor(Date.now() / 1000) + 15 * 86_400 }));
  });
});
