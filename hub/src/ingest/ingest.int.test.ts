import { describe, expect, it } from 'vitest';
import { AttestationIndex } from '../lookup/attestation-index.js';
import type { CommittedAttestation } from '../lookup/lookup.js';
import { BEIJING, NOW, testTokenOf, tokenOf } from './ingest.fixture.js';
import { until, useIngestScene } from './ingest-scene.fixture.js';

const scene = useIngestScene();

/** With digests as text: drivers give buffers, Web Crypto gives arrays. */
const comparable = (entry: CommittedAttestation): object => ({
  ...entry,
  tokenDigest: Buffer.from(entry.tokenDigest).toString('hex'),
  contentDigest: Buffer.from(entry.contentDigest).toString('hex'),
});

describe('ingest', () => {
  it('brings attestations into the ledger in stream order, gap-free, and tells of them', async () => {
    const hub = await scene.startHub();
    for (const sequence of [1, 2, 3]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    await scene.size(3);
    await until('told', () => hub.committed.length === 3);
    const stored = await scene.ledger.readCommitted(0, 10);
    expect(stored.map(({ index, claims }) => [index, claims.sequence])).toEqual([[0, 1], [1, 2], [2, 3]]);
    expect(hub.committed.map(comparable)).toEqual(stored.map(comparable));
    expect(hub.feeds.contiguous('520000')).toBe(3);
    await scene.drained();
    const entry = await scene.ledger.findEntry('520000', 2);
    expect(entry).toMatchObject({ index: 1, appendedAt: scene.clock, token: await scene.ledger.readToken('520000', 2) });
  });

  it('keeps tests and converted statements with what they say, so that an index built from the ledger is the one built on arrival', async () => {
    const hub = await scene.startHub();
    const subject = `1.${'B'.repeat(42)}A`;
    const source = { issuer: BEIJING, sequence: 9, issuedAt: NOW - 60 };
    const { guizhou } = scene.provinces;
    await scene.publish(await tokenOf(guizhou, 1, { subject }));
    await scene.publish(await testTokenOf(guizhou, 2, { subject }));
    await scene.publish(await testTokenOf(guizhou, 3, { subject, status: 'positive', supersedes: 2 }));
    await scene.publish(await tokenOf(guizhou, 4, { subject, source, supersedes: 1 }));
    await until('told', () => hub.committed.length === 4);
    const stored = await scene.ledger.readCommitted(0, 10);
    expect(hub.committed.map(comparable)).toEqual(stored.map(comparable));
    expect(stored.map(({ claims }) => [claims.kind, claims.status, claims.source])).toEqual([
      ['health-status', '00', undefined], ['nucleic-acid-test', 'negative', undefined], ['nucleic-acid-test', 'positive', undefined], ['health-status', '00', source],
    ]);
    expect(await scene.read('SELECT kind, status, supersedes FROM attestation ORDER BY sequence')).toEqual([
      { kind: 'health-status', status: '00', supersedes: null },
      { kind: 'nucleic-acid-test', status: 'negative', supersedes: null },
      { kind: 'nucleic-acid-test', status: 'positive', supersedes: '2' },
      { kind: 'health-status', status: '00', supersedes: '1' },
    ]);
    for (const entries of [stored, hub.committed]) {
      const index = new AttestationIndex([1, 2]);
      for (const entry of entries) index.insert(entry);
      expect([1, 2, 3, 4].map((sequence) => index.isSuperseded(index.findSequence('520000', sequence)))).toEqual([true, true, false, false]);
      expect(index.sequence(index.findSubject(subject, 'nucleic-acid-test'))).toBe(3);
      expect(index.sourceSequence(index.findSubject(subject, 'health-status'))).toBe(9);
    }
  });

  it('takes a single message in less than 50 ms', async () => {
    const hub = await scene.startHub();
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1));
    await until('the first one', () => hub.committed.length === 1);
    const token = await tokenOf(scene.provinces.guizhou, 2);
    const begin = performance.now();
    await scene.publish(token);
    while (hub.committed.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - begin).toBeLessThan(50);
  });

  it('sets bad messages aside with their reason, never their bytes, and goes on', async () => {
    const hub = await scene.startHub();
    const good = await tokenOf(scene.provinces.guizhou, 1);
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1, { issuer: BEIJING }));
    await scene.publish(await tokenOf(scene.provinces.beijing, 1));
    await scene.publish(`${good.slice(0, good.lastIndexOf('.'))}.${String((await tokenOf(scene.provinces.guizhou, 2)).split('.')[2])}`);
    await scene.publish('A'.repeat(6000));
    await scene.publish(Uint8Array.of(0xff, 0x2e, 0xc3, 0x28, 0x2e, 0xfe));
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1, { issuedAt: NOW + 600 }));
    await scene.publish(good);
    await scene.size(1);
    expect(await scene.codes()).toEqual([
      'ATTESTATION_ISSUER_MISMATCH',
      'ATTESTATION_KEY_FOREIGN',
      'ATTESTATION_SIGNATURE_INVALID',
      'ATTESTATION_TOO_LARGE',
      'ATTESTATION_ENCODING_NOT_CANONICAL',
      'ATTESTATION_ISSUED_IN_FUTURE',
    ]);
    expect(await scene.ledger.findEntry('520000', 1)).toMatchObject({ index: 0, token: good });
    expect(hub.feeds.snapshot()).toMatchObject([{ issuer: '520000', contiguous: 1, quarantined: 6 }]);
    expect(await scene.read('SELECT * FROM quarantine WHERE size = 6000')).toMatchObject([{ issuer: '520000', stream_sequence: '4' }]);
  });

  it('lets the broker refuse what is beyond any attestation', async () => {
    await expect(scene.publish('A'.repeat(9000))).rejects.toThrow();
  });

  it('takes a message again without effect, within a batch and later', async () => {
    const hub = await scene.startHub();
    const token = await tokenOf(scene.provinces.guizhou, 1);
    await scene.publish(token, 'a');
    await scene.publish(token, 'b');
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1), 'other signature, same content');
    await scene.publish(await tokenOf(scene.provinces.guizhou, 2));
    await scene.size(2);
    await scene.publish(token, 'c');
    await scene.publish(await tokenOf(scene.provinces.guizhou, 3));
    await scene.size(3);
    expect(hub.feeds.snapshot()).toMatchObject([{ contiguous: 3, equivocations: 0, quarantined: 0 }]);
  });

  it('keeps other content under a taken number beside the first', async () => {
    const hub = await scene.startHub();
    const green = await tokenOf(scene.provinces.guizhou, 1);
    const red = await tokenOf(scene.provinces.guizhou, 1, { status: '10' });
    for (const token of [green, red, red]) await scene.publish(token);
    await until('counted', () => hub.feeds.snapshot()[0]?.equivocations === 1);
    await scene.publish(red);
    await scene.publish(await tokenOf(scene.provinces.guizhou, 2));
    await scene.size(2);
    expect(await scene.ledger.readToken('520000', 1)).toBe(green);
    expect(await scene.read('SELECT issuer, sequence, token FROM equivocation')).toEqual([{ issuer: '520000', sequence: '1', token: red }]);
    expect(hub.feeds.snapshot()).toMatchObject([{ equivocations: 1 }]);
  });

  it('applies later numbers at once and is complete when the hole is filled', async () => {
    const hub = await scene.startHub();
    for (const sequence of [5, 1, 4]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    await scene.size(3);
    await until('told', () => hub.feeds.contiguous('520000') === 1);
    hub.feeds.recordHeartbeat('520000', 5, NOW);
    expect(hub.feeds.confirmedAt('520000')).toBe(0);
    for (const sequence of [3, 2]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    await scene.size(5);
    await until('complete', () => hub.feeds.contiguous('520000') === 5);
    expect(hub.feeds.confirmedAt('520000')).toBe(NOW);
  });

  it('goes on where another process stopped, holes included', async () => {
    const first = await scene.startHub();
    for (const sequence of [1, 2, 4, 7]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    await scene.size(4);
    await first.stop();
    const second = await scene.startHub();
    await until('ingesting', () => second.ingest.state === 'ingesting');
    expect(second.ingest.missing('520000', { ranges: 9, numbers: 99 })).toEqual([{ first: 3, last: 3 }, { first: 5, last: 6 }]);
    await scene.publish(await tokenOf(scene.provinces.guizhou, 3));
    await scene.size(5);
    expect((await scene.ledger.listEntries(0, 10)).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the ledger', () => {
  it('counts the colours without a reason, by issuer', async () => {
    await scene.startHub();
    const said = [{ status: '01' }, { status: '10' }, { status: '10', reason: 'CLOSE_CONTACT' }, { status: '00' }] as const;
    for (const [place, changed] of said.entries()) await scene.publish(await tokenOf(scene.provinces.guizhou, place + 1, changed));
    // A positive test has no colour, and no reason to state.
    await scene.publish(await testTokenOf(scene.provinces.guizhou, 5, { status: 'positive' }));
    await scene.size(5);
    expect(await scene.ledger.countUnexplained()).toEqual(new Map([['520000', 2]]));
  });

  it('refuses to be changed', async () => {
    await scene.startHub();
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1));
    await scene.size(1);
    const refused = { code: '23001' };
    await expect(scene.read('UPDATE ledger_entry SET sequence = 2')).rejects.toMatchObject(refused);
    await expect(scene.read('DELETE FROM ledger_entry')).rejects.toMatchObject(refused);
    await expect(scene.read('TRUNCATE ledger_entry')).rejects.toMatchObject(refused);
    await expect(scene.read(`UPDATE attestation SET status = '00'`)).rejects.toMatchObject(refused);
  });
});
