import { join } from 'node:path';
import { parseIdentityDocument } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { Statement } from '../attest/statement.js';
import type { AttestedStatement } from '../attest/attestor.js';
import { leavesFiles } from '../mapping/mapping-folder.js';
import { createVerificationOperations, type VerificationOperations } from '../operations/verification-operations.js';
import { StandInOperator, type ListedPerson } from '../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { maskName, maskNumber } from '../stand-in/synthetic-people.js';
import { PROVINCE_FOLDERS } from './registry.js';

const context: v1.ICheckpointContext = { province: '520000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '91520000MA6DXXXX00', position: 'G60 Gate 1' };
const call = { signal: new AbortController().signal };
const REFERENCE = `1.${'a'.repeat(42)}A`;

/**
 * Everybody who is asked over HTTP; of those that use the national code itself one, for they differ in their code alone. What stands
 * in files can be spoiled there, not on its way, and is read into the same answers as a mapping's others.
 */
const ASKED = PROVINCE_FOLDERS.filter(({ slug, form }) => (form === 'mapping' ? !leavesFiles(join(import.meta.dirname, slug)) : form !== 'direct' || slug === 'guizhou'));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

describe.each(ASKED.map((folder) => [folder.slug, folder] as const))('particulars in answers of %s', (_slug, folder) => {
  let standIn: StartedStandIn;
  let operator: StandInOperator;
  let person: ListedPerson;
  let handlers: VerificationOperations;
  const stated: Statement[] = [];

  beforeAll(async () => {
    const [province, system] = await Promise.all([folder.loadProvince(), folder.loadLocalSystem()]);
    standIn = await startStandIn(system, { databaseUrl: database.url, host: '127.0.0.1', port: 0 });
    operator = new StandInOperator(`http://${standIn.address}`);
    person = await operator.somebody();
    handlers = createVerificationOperations(province.createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 1000, isStandIn: true }), {
      province,
      resolve: () => Promise.resolve(REFERENCE),
      now: () => Math.floor(Date.now() / 1000),
      position: () => 0,
      attest: (statement) => {
        stated.push(statement);
        return Promise.resolve({ token: 'a.b.c', attestation: { kind: statement.record.kind, status: statement.record.status } as AttestedStatement['attestation'] });
      },
      withdraw: () => Promise.reject(new Error('there is a status')),
    });
  });
  afterAll(async () => {
    await standIn.stop();
  });

  /** Everything that goes to the hub or into an attestation: by code, by document, and by what the local system gave with the code. */
  const askForAll = async (): Promise<{ readonly statements: readonly Statement[]; readonly replies: readonly v1.IQueryHealthReply[] }> => {
    stated.length = 0;
    const identityDocument = parseIdentityDocument(person.documentType, person.documentNumber);
    const { bizExtData } = await handlers.attestCode({ code: Buffer.from(await operator.issue(person)), context }, call);
    const replies = [await handlers.queryHealth({ identityDocument, context }, call)];
    if (typeof bizExtData === 'string' && bizExtData !== '') replies.push(await handlers.queryHealth({ bizExtData, context }, call));
    return { statements: [...stated], replies };
  };

  it('are masked, or not there', async () => {
    const { statements, replies } = await askForAll();
    for (const { maskedName } of statements) expect([undefined, maskName(person.name)]).toContain(maskedName);
    for (const { maskedName, maskedIdNumber } of replies) {
      expect(['', maskName(person.name)]).toContain(maskedName);
      expect(['', maskNumber(person.documentNumber)]).toContain(maskedIdNumber);
    }
  });

  it('go no further where the local system does not mask them, and the status does', async () => {
    await operator.setFault('unmasked', person.person);
    const { statements, replies } = await askForAll();
    expect(statements).toHaveLength(1 + replies.length);
    const written = JSON.stringify({ statements, replies });
    expect(written).not.toContain(person.name);
    expect(written).not.toContain(person.documentNumber);
  });
});
