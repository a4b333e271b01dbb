import { describe, expect, it } from 'vitest';
import { BEIJING, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, SICHUAN, sign, signTest, SUBJECT } from '../verify/verify.fixture.js';
import { ForeignStatements } from './foreign-statements.js';

const tokens = { readToken: (issuer: string, sequence: number) => Promise.resolve(`${issuer}.${String(sequence)}`) };
const listFrom = (known: Knowledge) => new ForeignStatements(known.index, known.provinces, known.lists, tokens);

describe('ForeignStatements', () => {
  it('lists what other provinces state of the person and kind, and never what the caller states itself', async () => {
    const known = new Knowledge();
    known.commit(await sign({ sequence: 1, status: '01' }));
    known.commit(await sign({ sequence: 2, status: '10' }));
    known.commit(await sign({ issuer: BEIJING, sequence: 4 }));
    known.commit(await sign({ issuer: SICHUAN, sequence: 5 }));
    known.commit(await sign({ issuer: SICHUAN, sequence: 6, subject: OTHER_SUBJECT }));
    known.commit(await signTest({ sequence: 3 }));
    expect([...(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW))].sort()).toEqual([`${SICHUAN}.5`, `${GUIZHOU}.2`]);
    expect(await listFrom(known).list(SUBJECT, 'nucleic-acid-test', BEIJING, NOW)).toEqual([`${GUIZHOU}.3`]);
    expect(await listFrom(known).list(OTHER_SUBJECT, 'nucleic-acid-test', BEIJING, NOW)).toEqual([]);
  });

  it('leaves out what was withdrawn, has run out, was converted, is suspended, or comes from who is', async () => {
    const known = new Knowledge();
    known.commit(await sign({ sequence: 1, status: 'none' }));
    known.commit(await sign({ issuer: SICHUAN, sequence: 1, expiresAt: NOW }));
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([]);
    known.commit(await sign({ sequence: 2 }));
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([`${GUIZHOU}.2`]);
    known.commit(await sign({ issuer: SICHUAN, sequence: 2, source: { issuer: GUIZHOU, sequence: 2, issuedAt: NOW - 3600 } }));
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([`${GUIZHOU}.2`]);
    known.listed.set(`${GUIZHOU} 2`, 'suspended');
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([]);
    known.listed.set(`${GUIZHOU} 2`, 'valid');
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toHaveLength(1);
    known.standings.set(GUIZHOU, 'suspended');
    expect(await listFrom(known).list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([]);
  });
});
