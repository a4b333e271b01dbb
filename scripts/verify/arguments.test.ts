import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { parseVerifyArguments, UsageError } from './arguments.js';

describe('parseVerifyArguments', () => {
  it('reads one scanned text with the defaults of a general checkpoint', () => {
    expect(parseVerifyArguments(['eyJ.a.b'])).toMatchObject({
      texts: ['eyJ.a.b'], json: false, context: { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL },
    });
  });

  it('reads an identity document with its home province', () => {
    expect(parseVerifyArguments(['--id-number', '990001190001010019', '--home', '520000'])).toMatchObject({
      identity: { type: '01', number: '990001190001010019', homeProvince: '520000' },
    });
  });

  it('asks for a test in place of a status', () => {
    expect(parseVerifyArguments(['a'])).toMatchObject({ kind: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS });
    expect(parseVerifyArguments(['a', '--kind', 'test'])).toMatchObject({ kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST });
  });

  it.each([
    [[]], [['a', '--file', 'b']], [['a', '--class', 'gate']], [['a', '--purpose', 'curiosity']], [['a', '--timeout', 'soon']], [['a', '--colour']], [['a', '--kind', 'vaccine']], [['--file', 'b', '--kind', 'test']], [['a', '--certificate', 'b', '--key', 'c']],
    [['a', '--enrol', 'b']], [['--file', 'b', '--receipts', 'c']], [['a', '--device', 'b', '--certificate', 'c', '--key', 'd', '--ca', 'e']],
  ])('refuses %j as a usage error', (argv: string[]) => {
    expect(() => parseVerifyArguments(argv)).toThrow(UsageError);
  });

  it('enrols with the authority alone, and watches revocations with no code', () => {
    expect(parseVerifyArguments(['--enrol', 'code', '--ca', 'ca.crt'])).toMatchObject({ enrol: 'code', hubAuthority: 'ca.crt' });
    expect(parseVerifyArguments(['--watch-revocations', '--receipts', 'r'])).toMatchObject({ watch: 'all', receipts: 'r' });
    expect(parseVerifyArguments(['--watch-revocations', '--past-only'])).toMatchObject({ watch: 'past' });
  });

  it('judges without a network, fetches and reports', () => {
    expect(parseVerifyArguments(['--offline', 'a'])).toMatchObject({ offline: true, texts: ['a'] });
    expect(parseVerifyArguments(['--update', '--package', 'https://hub:8443'])).toMatchObject({ upkeep: 'update', packageUrl: 'https://hub:8443' });
    expect(parseVerifyArguments(['--report'])).toMatchObject({ upkeep: 'report', offline: false });
    for (const argv of [['--offline'], ['--offline', '--update'], ['--update', '--report'], ['a', '--report'], ['--offline', '--watch-revocations']]) expect(() => parseVerifyArguments(argv)).toThrow(UsageError);
  });

  it('offers help', () => {
    expect(parseVerifyArguments(['--help'])).toBe('help');
  });
});
