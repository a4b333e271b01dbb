import { refusedOffline, type OfflineOutcome } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { VerdictJson, VerifyRequestJson } from '../../shared/device-api.js';
import { Checker } from './checker.js';
import type { Shown } from './check-result.js';
import { readDocument, readScanned, readTyped } from './read-shown.js';
import { ScannerError } from './scanner-error.js';
import { SeenCodes } from './seen-codes.js';

const PLACE = { province: '110000', checkpointClass: 'medical' } as const;
const GREEN: VerdictJson = { status: '00', recognition: 'recognised', freshness: 'fresh', advice: 'allow', errorCode: '', issuer: '520000', conflicts: [], freshnessAgeSeconds: 5, maskedName: '测*' };

function scene(outcome: OfflineOutcome, hub: VerdictJson | string) {
  const asked: VerifyRequestJson[] = [];
  let clock = 0;
  const checker = new Checker({
    verifier: { verify: async () => outcome },
    seen: new SeenCodes(),
    currentPackage: () => undefined,
    askHub: async (request) => {
      asked.push(request);
      if (typeof hub === 'string') throw new ScannerError(hub, 'refused');
      return { verdict: hub };
    },
    now: () => 1_700_000_000,
    steady: () => (clock += 10),
  });
  return { asked, check: (shown: Shown) => checker.check(shown, PLACE) };
}

const LOCAL = readTyped('LOCAL-CODE-1')!;

describe('Checker', () => {
  it('asks the hub for what only its province can tell, and for nothing else', async () => {
    const local = scene({ ...refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), issuer: '520000' }, GREEN);
    expect((await local.check(LOCAL)).result).toMatchObject({ decidedBy: 'hub', advice: 'allow', maskedName: '测*', age: { ageSeconds: 5 } });
    expect(local.asked).toEqual([{ checkpointClass: 'medical', purpose: 'medical-care', code: 'LOCAL-CODE-1' }]);
    const payment = scene(refusedOffline('unknown-code', 'CODE_UNKNOWN'), GREEN);
    expect((await payment.check(LOCAL)).result).toMatchObject({ recognition: 'unknown-code', status: 'none' });
    const forged = scene(refusedOffline('signature-invalid', 'ATTESTATION_SIGNATURE_INVALID'), GREEN);
    expect((await forged.check(LOCAL)).result.errorCode).toBe('ATTESTATION_SIGNATURE_INVALID');
    expect([payment.asked, forged.asked]).toEqual([[], []]);
  });

  it('says what the network is needed for where the hub does not answer', async () => {
    const away = scene({ ...refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), issuer: '520000' }, 'HUB_UNREACHABLE');
    expect((await away.check(LOCAL)).result).toMatchObject({ errorCode: 'NETWORK_NEEDED', issuer: '520000', advice: 'try-again', status: 'none' });
    expect((await away.check(readDocument('01', '520199190001010016', ''))).result).toMatchObject({ decidedBy: 'device', errorCode: 'NETWORK_NEEDED' });
    const empty = scene(refusedOffline('issuer-unreachable', 'PACKAGE_MISSING'), 'HUB_UNREACHABLE');
    expect((await empty.check(LOCAL)).result.errorCode).toBe('PACKAGE_MISSING');
  });

  it('shows a refusal of the request by its code, never as a colour', async () => {
    const revoked = scene(refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), 'CERTIFICATE_REVOKED');
    expect((await revoked.check(LOCAL)).result).toMatchObject({ decidedBy: 'device', errorCode: 'CERTIFICATE_REVOKED', status: 'none', advice: 'try-again' });
  });

  it('sends a document with its home where that is known, and bytes that are no text as bytes', async () => {
    const { asked, check } = scene(refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), GREEN);
    await check(readDocument('01', '520199190001010016', '520000'));
    await check(readDocument('01', '520199190001010016', ''));
    await check(readScanned(Uint8Array.of(0xff, 0x31), 'ÿ1'));
    expect(asked.map(({ identityDocument, codeBytes }) => identityDocument ?? codeBytes)).toEqual([
      { type: '01', number: '520199190001010016', homeProvince: '520000' },
      { type: '01', number: '520199190001010016' },
      '/zE=',
    ]);
  });

  it('says that a statement was shown before, in whatever form, and says it of no document', async () => {
    const { check } = scene(refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), { ...GREEN, sequence: 7 });
    expect((await check(readTyped('first form')!)).seenSecondsAgo).toBeUndefined();
    expect((await check(readTyped('second form')!)).seenSecondsAgo).toBe(10);
    const document = readDocument('01', '520199190001010016', '');
    await check(document);
    expect((await check(document)).seenSecondsAgo).toBeUndefined();
  });
});
