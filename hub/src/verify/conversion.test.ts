import { beforeEach, describe, expect, it } from 'vitest';
import type { VerifiedCode } from './verified-code.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, SICHUAN, briefOf, bytes, sign } from './verify.fixture.js';

let hub: Knowledge;
beforeEach(() => {
  hub = new Knowledge();
});

const verify = async (text: string): Promise<VerifiedCode> => hub.attested.verify(bytes(text), 'transport', NOW);
const brief = async (text: string): Promise<string> => briefOf(await verify(text));

describe('AttestedVerifier, of a converted statement', () => {
  const source = { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 3600 } as const;
  const converted = { issuer: BEIJING, sequence: 1, source, issuedAt: NOW - 1800 } as const;

  it('recognises it, and tells what it was made from', async () => {
    await hub.know({ sequence: 5 });
    const { token, attestation } = await hub.know(converted);
    expect(await verify(token)).toMatchObject({ verdict: { recognition: 'recognised', status: '00', advice: 'allow' }, attestation });
  });

  it.each(['before', 'after'] as const)('lets it fall with its source, which arrived %s it', async (order) => {
    if (order === 'before') await hub.know({ sequence: 5 });
    const { token } = await hub.know(converted);
    if (order === 'after') await hub.know({ sequence: 5 });
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    const red = await hub.know({ sequence: 6, status: '10', supersedes: 5 });
    expect(await brief(token)).toBe('superseded none unknown ask-person ATTESTATION_SUPERSEDED');
    expect(hub.attested.judge(hub.index.findSequence(BEIJING, 1), 'medical', NOW).recognition).toBe('superseded');
    // The later statement of the source's own province wins, and nobody is shown a conflict.
    expect(await brief(red.token)).toBe('recognised 10 fresh local-procedure ');
  });

  it('keeps it while its source is only renewed, until the source it names has expired, and lets it fall with the first other word', async () => {
    await hub.know({ sequence: 5, expiresAt: NOW + 5 });
    const { token } = await hub.know(converted);
    await hub.know({ sequence: 6, supersedes: 5 });
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    expect(hub.attested.judge(hub.index.findSequence(BEIJING, 1), 'general', NOW + 5).recognition).toBe('expired');
    await hub.know({ sequence: 7, supersedes: 6, reason: 'FEVER', status: '01' });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('does not let it stand again once its source\'s province has said another word, whatever that says later', async () => {
    await hub.know({ sequence: 5 });
    const { token } = await hub.know(converted);
    await hub.know({ sequence: 6, supersedes: 5, status: '10' });
    expect(await brief(token)).toMatch(/^superseded/);
    await hub.know({ sequence: 7, supersedes: 6 });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('lets it fall where the ledger never held its source, but holds something later', async () => {
    const { token } = await hub.know(converted);
    await hub.know({ sequence: 8, status: '10' });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('lets it fall with the withdrawal of its source', async () => {
    await hub.know({ sequence: 5 });
    const { token } = await hub.know(converted);
    await hub.know({ sequence: 6, status: 'none', reason: 'STATUS_WITHDRAWN', supersedes: 5 });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('lets it fall with the standing and the expiry of its source', async () => {
    await hub.know({ sequence: 5, expiresAt: NOW + 5 });
    const { token } = await hub.know(converted);
    expect(await brief(token)).toMatch(/^recognised/);
    expect(hub.attested.judge(hub.index.findSequence(BEIJING, 1), 'general', NOW + 5).recognition).toBe('expired');
    hub.standings.set(GUIZHOU, 'suspended');
    expect(await brief(token)).toBe('issuer-suspended none unknown local-procedure ISSUER_SUSPENDED');
  });

  it('does not contradict anybody once its source is superseded, whatever others say', async () => {
    await hub.know({ sequence: 5, status: '10' });
    await hub.know({ ...converted, status: '10' });
    const other = await hub.know({ issuer: SICHUAN, sequence: 3 });
    expect(await brief(other.token)).toMatch(/^conflict/);
    expect((await verify(other.token)).conflicts).toHaveLength(2);
    await hub.know({ sequence: 6, supersedes: 5, status: '00' });
    expect(await brief(other.token)).toMatch(/^recognised 00/);
  });

  it('contradicts an earlier statement of its source\'s province while the source itself is on its way', async () => {
    const green = await hub.know({ sequence: 4 });
    const { token } = await hub.know({ ...converted, status: '10' });
    expect(await brief(green.token)).toMatch(/^conflict/);
    await hub.know({ sequence: 5, status: '10', supersedes: 4 });
    expect(await brief(green.token)).toMatch(/^superseded/);
    expect(await brief(token)).toBe('recognised 10 fresh local-procedure ');
  });

  it.each([
    ['says something else than its source', { sequence: 5, status: '10' }],
    ['gives another reason than its source', { sequence: 5, reason: 'FEVER' }],
    ['names another authority than its source', { sequence: 5, authority: '520100' }],
    ['claims other evidence than its source', { sequence: 5, evidence: 'laboratory' }],
    ['has other local words than its source', { sequence: 5, original: { system: 'local', field: 'code', value: '绿' } }],
    ['says of its source that it was issued at another time', { sequence: 5, issuedAt: NOW - 3601 }],
    ['is made from a statement about somebody else', { sequence: 5, subject: OTHER_SUBJECT }],
    ['is made from a statement that was itself converted', { sequence: 5, source: { issuer: SICHUAN, sequence: 2, issuedAt: NOW - 3600 } }],
  ] as const)('does not rely on one that %s, and lets it contradict nobody', async (_, change) => {
    const held = await hub.know(change);
    const { token } = await hub.know(converted);
    expect(await brief(token)).toBe('conflict none unknown local-procedure ATTESTATION_CONTRADICTED');
    expect(await brief(held.token)).toMatch(/^recognised/);
    const unlisted = await sign({ ...converted, sequence: 2 });
    expect(await brief(unlisted.token)).toMatch(/^conflict/);
  });

  it('takes nothing for a renewal that memory has no room for', async () => {
    hub = new Knowledge(0, 0);
    await hub.know({ sequence: 5 });
    const { token } = await sign(converted);
    expect(await brief(token)).toMatch(/^recognised/);
    await hub.know({ sequence: 6, supersedes: 5 });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('compares local words only where both are kept', async () => {
    hub = new Knowledge(0);
    await hub.know({ sequence: 5, original: { system: 'local', field: 'code', value: '绿' } });
    expect(await brief((await hub.know(converted)).token)).toMatch(/^recognised/);
    hub = new Knowledge(0);
    await hub.know({ sequence: 5, authority: '520100' });
    expect(await brief((await hub.know(converted)).token)).toMatch(/^conflict/);
  });

  it('judges one that is not in the ledger yet by the same source', async () => {
    await hub.know({ sequence: 5, expiresAt: NOW + 1 });
    const { token } = await sign(converted);
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    await hub.know({ sequence: 6, status: '10', supersedes: 5 });
    expect(await brief(token)).toMatch(/^superseded/);
  });

  it('is known as long ago as its source: the province that converted it cannot confirm it alone', async () => {
    const old = { issuedAt: NOW - 100_000, source: { ...source, issuedAt: NOW - 150_000 }, expiresAt: NOW + 5 } as const;
    const { token } = await hub.know({ ...converted, ...old });
    hub.confirmed.set(BEIJING, NOW);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 150_000, verdict: { freshness: 'ageing' } });
    await hub.know({ sequence: 5, issuedAt: NOW - 150_000 });
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 150_000 });
    hub.confirmed.set(GUIZHOU, NOW - 7);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 7 });
    hub.confirmed.set(BEIJING, NOW - 9);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 9 });
  });

  it.each(['held', 'not held'] as const)('makes no old statement fresh again: shown before it is in the ledger, with its source %s', async (held) => {
    const old = { ...source, issuedAt: NOW - 60 * 3600 };
    if (held === 'held') await hub.know({ sequence: 5, issuedAt: old.issuedAt });
    const { token } = await sign({ ...converted, source: old, issuedAt: NOW });
    expect(await verify(token)).toMatchObject({ knownAt: old.issuedAt, verdict: { recognition: 'recognised', freshness: 'stale', advice: 'try-again' } });
    hub.confirmed.set(GUIZHOU, NOW - 7);
    expect(await verify(token)).toMatchObject({ knownAt: held === 'held' ? NOW - 7 : old.issuedAt });
  });
});
