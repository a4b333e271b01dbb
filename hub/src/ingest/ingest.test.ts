import { ledgerLeaf } from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkMessage, type CheckedMessage } from './check-message.js';
import { bytesOf, createProvinces, NOW, tokenOf, type Provinces } from './ingest.fixture.js';
import { decideBatch, leafOf, SALT_BYTES, type HeldEntry } from './ingest.js';

describe('decideBatch', () => {
  let provinces: Provinces;
  let first: CheckedMessage;
  let firstAgain: CheckedMessage;
  let otherFirst: CheckedMessage;
  let second: CheckedMessage;
  let refused: CheckedMessage;

  const check = async (token: string, streamSequence: number): Promise<CheckedMessage> =>
    checkMessage({ subject: 'attestation.520000', payload: bytesOf(token), streamSequence }, provinces.ring, NOW);
  const salts = Uint8Array.from({ length: 10 * SALT_BYTES }, (_, position) => position);
  const nothingHeld = (): undefined => undefined;

  beforeAll(async () => {
    provinces = await createProvinces();
    first = await check(await tokenOf(provinces.guizhou, 1), 1);
    // Another signature over the same content: ECDSA signs differently each time.
    firstAgain = await check(await tokenOf(provinces.guizhou, 1), 2);
    otherFirst = await check(await tokenOf(provinces.guizhou, 1, { status: '10' }), 3);
    second = await check(await tokenOf(provinces.guizhou, 2), 4);
    refused = await check('no token', 5);
  });

  it('appends in the order of the stream, each with a salt of its own', () => {
    const { appended } = decideBatch([second, first], nothingHeld, salts);
    expect(appended.map(({ attestation }) => attestation.sequence)).toEqual([2, 1]);
    expect(appended.map(({ salt }) => salt[0])).toEqual([0, SALT_BYTES]);
  });

  it('computes the leaf of the attestation package', async () => {
    const { appended } = decideBatch([first], nothingHeld, salts);
    const [entry] = appended;
    if (entry === undefined) throw new Error('nothing appended');
    expect(new Uint8Array(entry.leafDigest)).toEqual(await ledgerLeaf(entry.salt, entry.contentDigest));
  });

  it('takes the same content once, whatever its signature bytes', () => {
    expect(decideBatch([first, firstAgain, first], nothingHeld, salts)).toMatchObject({ appended: { length: 1 }, duplicates: 2, equivocations: [] });
  });

  it('keeps other content under the same number as an equivocation, and the first in force', () => {
    const { appended, equivocations } = decideBatch([first, otherFirst], nothingHeld, salts);
    expect(appended.map(({ attestation }) => attestation.status)).toEqual(['00']);
    expect(equivocations.map(({ attestation }) => attestation.status)).toEqual(['10']);
  });

  it('compares with what the ledger held before', () => {
    if (!('verified' in first)) throw new Error('not verified');
    const salt = salts.subarray(100, 116);
    const held: HeldEntry = { salt, leafDigest: leafOf(salt, first.verified.contentDigest) };
    const findHeld = (issuer: string, sequence: number): HeldEntry | undefined => (issuer === '520000' && sequence === 1 ? held : undefined);
    expect(decideBatch([firstAgain], findHeld, salts)).toMatchObject({ appended: [], duplicates: 1, equivocations: [] });
    expect(decideBatch([otherFirst, second], findHeld, salts)).toMatchObject({ appended: { length: 1 }, duplicates: 0, equivocations: { length: 1 } });
  });

  it('sets refused messages aside without a number', () => {
    expect(decideBatch([refused, first], nothingHeld, salts)).toMatchObject({ quarantined: [{ streamSequence: 5 }], appended: { length: 1 } });
  });
});
