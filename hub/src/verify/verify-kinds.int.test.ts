import { expect, it } from 'vitest';
import { BEIJING, GUIZHOU, NOW, testTokenOf, tokenOf } from '../ingest/ingest.fixture.js';
import { until, useIngestScene } from '../ingest/ingest-scene.fixture.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import { Lookup } from '../lookup/lookup.js';
import { AttestedVerifier } from './verify-attested.js';
import { PersonVerifier } from './verify-person.js';
import { CHECKPOINT, bytes } from './verify.fixture.js';

const scene = useIngestScene();
const subject = `1.${'B'.repeat(42)}A`;
const document = { type: '01', number: '520199190001010014' } as const;
const log = { info: () => undefined, warn: () => undefined };

/** A hub that holds what PostgreSQL holds, as after a restart. */
async function restart() {
  const index = new AttestationIndex([1, 2]);
  await new Lookup(index, scene.ledger, { isRevoked: () => false }, log).catchUp();
  const provinces = {
    version: 1,
    find: (kid: string) => scene.provinces.ring.find(kid),
    findProvince: () => ({ standing: 'admitted' }) as const,
    isRuleRegistered: () => true,
  };
  const attested = new AttestedVerifier(index, provinces, { confirmedAt: () => 0 }, { listOf: () => undefined });
  const caller = { resolveReference: () => Promise.resolve(subject), attestPerson: () => Promise.reject(new Error('not asked')) };
  return { attested, people: new PersonVerifier(caller, provinces, index, scene.ledger, attested) };
}

it('answers of each kind from what PostgreSQL holds, by token and by reference', async () => {
  const hub = await scene.startHub();
  const { guizhou } = scene.provinces;
  const status = await tokenOf(guizhou, 1, { subject });
  const former = await testTokenOf(guizhou, 2, { subject, status: 'positive' });
  const test = await testTokenOf(guizhou, 3, { subject, supersedes: 2 });
  for (const token of [status, former, test]) await scene.publish(token);
  await until('told', () => hub.committed.length === 3);

  const { attested, people } = await restart();
  expect(await attested.verify(bytes(status), 'general', NOW)).toMatchObject({ verdict: { status: '00', advice: 'allow' } });
  expect(await attested.verify(bytes(former), 'general', NOW)).toMatchObject({ verdict: { recognition: 'superseded' } });
  expect(await attested.verify(bytes(test), 'general', NOW)).toMatchObject({
    verdict: { status: 'none', stated: 'negative', advice: 'check-status' }, attestation: { test: { reportedAt: NOW, method: 'individual', laboratory: '' } },
  });
  expect(await people.verify({ document }, CHECKPOINT, NOW)).toMatchObject({ verdict: { status: '00' }, token: status });
  expect(await people.verify({ document }, { ...CHECKPOINT, kind: 'nucleic-acid-test' }, NOW)).toMatchObject({ verdict: { stated: 'negative' }, token: test });
});

it('lets a converted statement fall once the ledger holds something later of its source, across a restart', async () => {
  const hub = await scene.startHub();
  const { guizhou, beijing } = scene.provinces;
  await scene.publish(await tokenOf(guizhou, 1, { subject }));
  await until('told', () => hub.committed.length === 1);
  // Beijing's feed is not in the ledger: its statement is shown by the person.
  const converted = await tokenOf(beijing, 5, { issuer: BEIJING, subject, source: { issuer: GUIZHOU, sequence: 1, issuedAt: NOW } });
  const before = await restart();
  expect(await before.attested.verify(bytes(converted), 'general', NOW)).toMatchObject({ verdict: { recognition: 'recognised', status: '00' }, attestation: { source: { issuer: GUIZHOU, sequence: 1 } } });

  await scene.publish(await tokenOf(guizhou, 2, { subject, status: '10', supersedes: 1 }));
  await until('told', () => hub.committed.length === 2);
  const after = await restart();
  expect(await after.attested.verify(bytes(converted), 'general', NOW)).toMatchObject({ verdict: { recognition: 'superseded', status: 'none' } });
  expect(await after.people.verify({ document }, CHECKPOINT, NOW)).toMatchObject({ verdict: { recognition: 'recognised', status: '10' } });
});
