import { beforeEach, describe, expect, it } from 'vitest';
import { ForeignStatements } from '../registry/foreign-statements.js';
import type { VerifiedCode } from './verified-code.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, SUBJECT, briefOf, bytes, sign } from './verify.fixture.js';

const REVOKED = 'signature-invalid none unknown local-procedure ATTESTATION_KEY_REVOKED';

let hub: Knowledge;
beforeEach(() => {
  hub = new Knowledge();
});

const verify = async (text: string): Promise<VerifiedCode> => hub.attested.verify(bytes(text), 'transport', NOW);
const brief = async (text: string): Promise<string> => briefOf(await verify(text));

describe('AttestedVerifier, of what a revoked key signed', () => {
  it('lets a known text fall, and tells nothing that it says', async () => {
    const { token } = await hub.know({ status: '10' }, { maskedName: '测*甲' });
    hub.index.revoke(GUIZHOU, 1);
    const outcome = await verify(token);
    expect(briefOf(outcome)).toBe(REVOKED);
    expect(Object.keys(outcome).sort()).toEqual(['errorCode', 'verdict']);
    expect(Object.keys(await verify(`${token}~`)).sort()).toEqual(['errorCode', 'verdict']);
    expect(hub.attested.judge(hub.index.findSequence(GUIZHOU, 1), 'medical', NOW)).toMatchObject({ recognition: 'signature-invalid', status: 'none', advice: 'local-procedure' });
  });

  it('keeps what the ledger held before the theft, and refuses any other text under the same number', async () => {
    const { token } = await hub.know();
    hub.revokedFrom.set(GUIZHOU, NOW);
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    const other = await sign({ status: '10' });
    expect(await brief(other.token)).toBe(REVOKED);
  });

  it('refuses a text that the ledger does not hold, however far it is dated back', async () => {
    hub.revokedFrom.set(GUIZHOU, NOW - 60);
    expect(await brief((await sign({ issuedAt: NOW - 30 * 86_400, expiresAt: NOW + 3600 })).token)).toBe(REVOKED);
    expect(await brief((await sign({ issuedAt: NOW - 30 })).token)).toBe(REVOKED);
  });

  it('lets it contradict nobody', async () => {
    const { token } = await hub.know({ issuer: BEIJING, status: '00' });
    await hub.know({ issuer: GUIZHOU, sequence: 7, status: '10' });
    expect(await brief(token)).toMatch(/^conflict/);
    hub.index.revoke(GUIZHOU, 7);
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    // Nor does it in the eyes of a text that is not in the ledger yet.
    expect(await brief((await sign({ issuer: BEIJING, sequence: 2 })).token)).toBe('recognised 00 fresh allow ');
  });

  it('lets what was converted from it fall, known and unlisted', async () => {
    await hub.know({ sequence: 5 });
    const converted = { issuer: BEIJING, source: { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 3600 }, issuedAt: NOW - 1800 } as const;
    const { token } = await hub.know({ ...converted, sequence: 1 });
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    hub.index.revoke(GUIZHOU, 5);
    expect(await brief(token)).toBe(REVOKED);
    expect(await brief((await sign({ ...converted, sequence: 2 })).token)).toBe(REVOKED);
    expect(hub.attested.isStanding(hub.index.findSequence(BEIJING, 1), NOW)).toBe(false);
  });

  it('lets nothing that it took the place of come back', async () => {
    const before = await hub.know({ sequence: 1 });
    await hub.know({ sequence: 2, status: '10', supersedes: 1 });
    hub.index.revoke(GUIZHOU, 2);
    expect(await brief(before.token)).toBe('superseded none unknown ask-person ATTESTATION_SUPERSEDED');
  });

  it('counts the same statement again that the issuer signs with a key of its own', async () => {
    await hub.know({ status: '01' });
    hub.index.revoke(GUIZHOU, 1);
    const anew = await sign({ status: '01' }, { maskedName: '测*甲' });
    expect(await brief(anew.token)).toBe('recognised 01 fresh local-procedure ');
  });

  it('is not told to other provinces', async () => {
    await hub.know({ sequence: 1 });
    const list = () => new ForeignStatements(hub.index, hub.provinces, hub.lists, { readToken: () => Promise.resolve('token') }).list(SUBJECT, 'health-status', BEIJING, NOW);
    expect(await list()).toEqual(['token']);
    hub.index.revoke(GUIZHOU, 1);
    expect(await list()).toEqual([]);
  });
});
