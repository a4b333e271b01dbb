import { deflateSync } from 'node:zlib';

import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';

import { codeOfRejection, createSigner, GUIZHOU, NOW, signTexts, type Signer } from '../attestation.fixture.js';
import { createKeyRing, type ProvinceKeyRing } from '../province-key.js';
import { applyDelta } from './succeed-status-list.js';
import { verifyStatusList, verifyStatusListDelta } from './verify-status-list.js';

/** What a hostile or careless province could sign: `codeOfRejection` throws on whatever is not a code of ours. */
let signer: Signer;
let ring: ProvinceKeyRing;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
  ring = createKeyRing([signer.registered]);
});

const anyLst = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => deflateSync(bytes).toString('base64url')),
);
const orAnything = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<unknown> => fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: fc.jsonValue() });
const anyTime = orAnything(fc.integer({ min: NOW - 4_000_000, max: NOW + 4_000_000 }));
const anyClaims = fc.record(
  {
    iss: orAnything(fc.constant('520000')),
    sub: orAnything(fc.constantFrom('urn:cn:healthcode:status:520000', 'urn:cn:healthcode:status:520000:3')),
    iat: anyTime, exp: anyTime, ttl: orAnything(fc.constant(300)), ver: orAnything(fc.integer({ min: 1, max: 9 })), dig: orAnything(fc.constant('A'.repeat(43))),
    status_list: orAnything(fc.record({ bits: orAnything(fc.constantFrom(1, 2)), lst: anyLst })),
    from: orAnything(fc.nat({ max: 9 })), size: orAnything(fc.constant(8192)), chg: orAnything(fc.array(fc.tuple(fc.nat({ max: 9000 }), fc.nat({ max: 4 })))),
  },
  { requiredKeys: [] },
);

describe('lists and deltas that a registered province signed, whatever is in them', () => {
  it.each([
    ['statuslist+jwt', (text: string) => verifyStatusList(text, ring, NOW)],
    ['statuslist-delta+jwt', (text: string) => verifyStatusListDelta(text, ring, NOW)],
  ] as const)('%s: end in a list or in a code', async (typ, verify) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyClaims, fc.jsonValue()), async (claims) => {
        const header = JSON.stringify({ alg: 'ES256', kid: signer.signing.kid, typ });
        await codeOfRejection(verify(await signTexts(header, JSON.stringify(claims), signer.signing)));
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it('lead from a list to a list, or to a code', async () => {
    const header = (typ: string): string => JSON.stringify({ alg: 'ES256', kid: signer.signing.kid, typ });
    const common = { iss: GUIZHOU, sub: 'urn:cn:healthcode:status:520000', iat: NOW - 9, exp: NOW + 9, dig: 'rWZ1MTjqXqyoLrc5Rvm1LfMS1BtfUWsMmxAdZSDsz9w' };
    const lst = deflateSync(new Uint8Array(2048)).toString('base64url');
    const dig = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(2048))).toString('base64url');
    const held = await verifyStatusList(await signTexts(header('statuslist+jwt'), JSON.stringify({ ...common, dig, ttl: 1, ver: 3, status_list: { bits: 2, lst } }), signer.signing), ring, NOW);
    const anyChanges = fc.array(fc.tuple(fc.nat({ max: 20_000 }), fc.nat({ max: 3 })), { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 9 }), fc.nat({ max: 9 }), fc.integer({ min: 1, max: 30_000 }), anyChanges, async (from, ver, size, chg) => {
        const text = await signTexts(header('statuslist-delta+jwt'), JSON.stringify({ ...common, from, ver, size, chg }), signer.signing);
        await codeOfRejection(verifyStatusListDelta(text, ring, NOW).then((delta) => applyDelta(held, delta)));
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
