import { OfflineVerifier, type OfflineOutcome } from '@health-code/attestation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildWorld, checkpointOf, type Shown, type World } from './offline-world.fixture.js';
import { NOW, worldSpec } from './offline-world-spec.fixture.js';
import type { VerifiedCode } from './verified-code.js';

/** Some hundred worlds, each with up to 140 codes shown. */
const WORLDS = 120;

/** Codes that refuse, in the order in which they are looked at after the signature. */
const AFTER_THE_KEY = ['ISSUER_SUSPENDED', 'PROVINCE_NOT_ADMITTED', 'ATTESTATION_EXPIRED'];

/** A way in which a checkpoint answers differently because of what a package does not hold. */
interface Difference {
  readonly name: string;
  applies(shown: Shown, online: VerifiedCode, world: World): boolean;
  /** What it answers then; absent where its own list and words decide. */
  readonly errorCodes?: readonly string[];
}

const isNamed = (world: World, province: string | undefined): boolean => province === undefined || world.package.provinces.has(province);

const issuerOf = ({ statement }: Shown): string | undefined => statement?.attestation.issuer;
const sourceIssuerOf = ({ statement }: Shown): string | undefined => statement?.attestation.source?.issuer;

/** Stricter, and these two alone: nobody without the ledger knows when a text came. */
const STRICTER: readonly Difference[] = [
  {
    name: 'signed with a key that was revoked',
    applies: (shown, _, world) => shown.signedWith?.revokedFrom !== undefined && isNamed(world, issuerOf(shown)),
    errorCodes: ['ATTESTATION_KEY_REVOKED'],
  },
  {
    name: 'signed with a key that has ended',
    applies: (shown, _, world) => shown.kind === 'own words' && (shown.signedWith?.notAfter ?? Infinity) < NOW && isNamed(world, issuerOf(shown)),
    errorCodes: ['ATTESTATION_KEY_EXPIRED'],
  },
];

/** Refused both times, and for another reason: nobody passes by them. */
const OTHER_REASON: readonly Difference[] = [
  {
    name: 'a province that has left is nobody, whichever of its keys was revoked',
    applies: (shown, online, world) => online.errorCode === 'ATTESTATION_KEY_REVOKED' && (!isNamed(world, issuerOf(shown)) || !isNamed(world, sourceIssuerOf(shown))),
    errorCodes: ['PROVINCE_NOT_ADMITTED', 'ISSUER_SUSPENDED'],
  },
  {
    name: 'its key is nobody’s',
    applies: (shown, online) => shown.kind === 'broken' && online.errorCode === 'ATTESTATION_KEY_FOREIGN',
    errorCodes: ['ATTESTATION_KEY_FOREIGN', 'ATTESTATION_KEY_UNKNOWN', 'PROVINCE_NOT_ADMITTED'],
  },
  {
    name: 'converted from what a revoked key signed, and expired: a package names such a source only while something made from it has not',
    applies: ({ statement }, online) => statement?.attestation.source !== undefined && statement.attestation.expiresAt <= NOW && online.errorCode === 'ATTESTATION_KEY_REVOKED',
    errorCodes: ['ATTESTATION_KEY_REVOKED', ...AFTER_THE_KEY],
  },
  {
    name: 'a local code: its province would have to be asked, and one that has left has none',
    applies: ({ kind }, online) => kind === 'local code' && (online.errorCode === 'ADAPTER_UNREACHABLE' || online.errorCode === 'CODE_AMBIGUOUS'),
    errorCodes: ['NETWORK_NEEDED', 'CODE_UNKNOWN', 'CODE_AMBIGUOUS', 'ISSUER_SUSPENDED'],
  },
];

/** The age is open: the status is shown, and a green does not pass. */
const NO_LIST: Difference = {
  name: 'its province, or that of its source, publishes no list',
  applies: (shown, online, world) =>
    [issuerOf(shown), sourceIssuerOf(shown)].some((issuer) => issuer !== undefined && !world.hasList(issuer)) && ['recognised', 'superseded'].includes(online.verdict.recognition),
};

/** What the hub refuses of a text that its ledger does not hold, by what it holds about others. */
const BY_THE_LEDGER_ALONE = ['ATTESTATION_CONTRADICTED', 'ATTESTATION_KEY_REVOKED', 'ATTESTATION_EXPIRED', 'ATTESTATION_SUPERSEDED'];

/** What its own words, its issuer's list and its source's can come to. */
const BY_WORDS_AND_LISTS = ['', 'STATUS_LIST_MISSING', 'STATUS_LIST_INDEX_OUT_OF_RANGE', 'RULE_NOT_REGISTERED', 'ATTESTATION_SUSPENDED', ...AFTER_THE_KEY, ...BY_THE_LEDGER_ALONE];

/** Looser, and this alone: until the hub has taken a statement in, no package can say that others speak against it or its source. */
const NOT_TAKEN_IN: Difference = {
  name: 'not in the ledger yet, itself or its source, and refused for what is',
  applies: ({ kind, statement }, online) =>
    kind === 'own words' && statement !== undefined && (!statement.isHeld || statement.isMarked || !statement.isSourceHeld) && BY_THE_LEDGER_ALONE.includes(online.errorCode) &&
    (online.errorCode === 'ATTESTATION_CONTRADICTED' || statement.attestation.source !== undefined),
};

const DIFFERENCES = [...STRICTER, ...OTHER_REASON, NO_LIST, NOT_TAKEN_IN];

/** What both ways have to agree on: everything that a checkpoint is told of what is recognised, and of a refusal its verdict and code. */
function told({ verdict, errorCode, knownAt, maskedName, policy, freshnessAge, freshnessLimit }: VerifiedCode): object {
  const refusal = { verdict, errorCode };
  if (verdict.recognition !== 'recognised') return refusal;
  return { ...refusal, knownAt, maskedName, policy: policy && [policy.id, policy.version], freshnessAge, freshnessLimit };
}

const toldOffline = ({ freshness, ...outcome }: OfflineOutcome): object =>
  told({ ...outcome, freshnessAge: freshness?.ageSeconds, freshnessLimit: freshness?.limitSeconds });

function compare(shown: Shown, online: VerifiedCode, offline: OfflineOutcome, difference: Difference | undefined): void {
  if (difference === undefined) expect(toldOffline(offline), shown.kind).toEqual(told(online));
  else if (difference.errorCodes !== undefined) {
    expect(difference.errorCodes, difference.name).toContain(offline.errorCode);
    expect(offline.verdict.status, difference.name).toBe('none');
  } else if (difference === NO_LIST) {
    expect(offline.verdict.advice, difference.name).not.toBe('allow');
    if (online.verdict.recognition !== 'recognised') return;
    expect(offline, difference.name).toMatchObject({ verdict: { recognition: 'recognised', status: online.verdict.status, stated: online.verdict.stated, freshness: 'unknown' }, errorCode: 'STATUS_LIST_MISSING' });
  } else expect(BY_WORDS_AND_LISTS, difference.name).toContain(offline.errorCode);
}

describe('a verdict without a network', () => {
  it('is the one the hub gives, in thousands of generated cases', async () => {
    const seen = new Map<string, number>();
    const see = (what: string): void => { seen.set(what, (seen.get(what) ?? 0) + 1); };
    await fc.assert(
      fc.asyncProperty(worldSpec, async (spec) => {
        const world = await buildWorld(spec);
        const checkpoint = checkpointOf(spec);
        const verifier = new OfflineVerifier();
        for (const shown of world.shown) {
          const online = await world.online.verifyCode(Buffer.from(shown.code), checkpoint, NOW);
          const offline = await verifier.verify(shown.code, world.package, checkpoint, NOW);
          const difference = DIFFERENCES.find(({ applies }) => applies(shown, online, world));
          see(difference?.name ?? 'equal');
          if (difference === undefined) see(`${online.verdict.recognition} ${online.verdict.advice}`);
          compare(shown, online, offline, difference);
        }
      }),
      { numRuns: WORLDS },
    );
    // Nothing is proved of what never came up.
    const expected = ['recognised allow', 'recognised local-procedure', 'recognised try-again', 'recognised check-status', 'no-agreement local-procedure', 'expired ask-person', 'superseded ask-person', 'issuer-suspended local-procedure', 'signature-invalid local-procedure', 'unknown-code ask-person', 'no-rule local-procedure', 'no-status ask-person', 'conflict local-procedure'];
    expect([...expected, ...STRICTER.map(({ name }) => name)].filter((what) => !seen.has(what))).toEqual([]);
    expect([...seen.keys()].some((what) => what.startsWith('suspended '))).toBe(true);
    expect(seen.get('equal')).toBeGreaterThan(3000);
  }, 240_000);
});
