import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateProvinceKey } from '@health-code/attestation';
import { CANARIES, canaryCode, timestampFromSeconds, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kidsOf, readKeyFile, writeKeyFile } from '../province/key-file.js';
import { submitKeys } from '../province/submit-keys.js';
import { embeddedHome } from './embedded-home.js';
import { startCountry, type RunningCountry } from './running-country.js';

const PROVINCES = ['beijing', 'shanghai', 'sichuan', 'guizhou'] as const;
const [BEIJING, SHANGHAI, GUIZHOU] = ['110000', '310000', '520000'] as const;
const CODES = [BEIJING, SHANGHAI, '510000', GUIZHOU] as const;
const OTHERS = CODES.filter((code) => code !== GUIZHOU);
const PROBE_INTERVAL_MS = 1000;

let country: RunningCountry;
let drafts: string;

type Matrix = Readonly<Record<string, string>>;

const wordOf = (fact: v1.Fact.$Properties | null | undefined): string => {
  if ((fact?.cause ?? '') !== '') return fact?.cause ?? '';
  return fact?.state === v1.FactState.FACT_STATE_YES ? 'yes' : 'nothing';
};

/** Every pair, `issuer in receiver`, with what the matrix says of it: declared, configured, working. */
async function read(): Promise<Matrix> {
  const { cells } = await country.as({ role: 'auditor' }).recognition.getMatrix({});
  return Object.fromEntries(cells.map(({ receiver, issuer, declared, configured, working }) => [`${issuer ?? ''} in ${receiver ?? ''}`, [declared, configured, working].map(wordOf).join(' ')]));
}

const GREEN = 'yes yes yes';
const PAIRS = CODES.flatMap((receiver) => CODES.filter((issuer) => issuer !== receiver).map((issuer) => `${issuer} in ${receiver}`));

/** The whole matrix where these pairs are as said, and all others green. */
const greenBut = (pairs: readonly string[], word: string): Matrix => Object.fromEntries(PAIRS.map((pair) => [pair, pairs.includes(pair) ? word : GREEN]));

const ofGuizhou = OTHERS.map((receiver) => `${GUIZHOU} in ${receiver}`);

/** Waits until the matrix is so. */
async function becomes(matrix: Matrix, patience = 60_000): Promise<void> {
  await expect.poll(read, { timeout: patience, interval: 100 }).toEqual(matrix);
}

/** That it stays so for as long as it takes to ask about every canary of every pair. */
async function stays(matrix: Matrix): Promise<void> {
  const until = Date.now() + 8 * PROBE_INTERVAL_MS;
  while (Date.now() < until) {
    expect(await read()).toEqual(matrix);
    await delay(150);
  }
}

beforeAll(async () => {
  drafts = mkdtempSync(join(tmpdir(), 'matrix-'));
  country = await startCountry({ provinces: PROVINCES, hasCheckpoints: true, hubSettings: { PROBE_INTERVAL: `${String(PROBE_INTERVAL_MS)}ms` } });
});
afterAll(async () => {
  await country.stop();
  rmSync(drafts, { recursive: true });
});

describe('the recognition matrix', () => {
  it('is green for every pair, whatever canary is asked about', async () => {
    await becomes(greenBut([], ''));
    await stays(greenBut([], ''));
    const asked = await country.query<{ kinds: number }>('adapter-guizhou', "SELECT count(DISTINCT subject_reference)::int AS kinds FROM attestation_outbox WHERE kind = 'canary'");
    // Malformed is the one that nothing is attested of.
    expect(asked).toEqual([{ kinds: CANARIES.length - 1 }]);
  });

  it('says the same over HTTP', async () => {
    const response = await fetch(`http://${country.addresses.hub.http}/recognition/matrix`);
    const { cells, provinces, probeIntervalSeconds } = (await response.json()) as { cells: { receiver: string; issuer: string; working: { state: string; asOf: string } }[]; provinces: string[]; probeIntervalSeconds: number };
    expect([response.status, provinces, probeIntervalSeconds, cells.length]).toEqual([200, [...CODES], 1, PAIRS.length]);
    for (const { working } of cells) expect([working.state, Date.now() - Date.parse(working.asOf) < 60_000]).toEqual(['yes', true]);
  });

  it('counts nobody by it, and shows nobody a colour', async () => {
    const { verdict } = await country.checkpoint.verifyCode({ context: { province: BEIJING, purpose: v1.Purpose.PURPOSE_CHECKPOINT }, code: Buffer.from(canaryCode(GUIZHOU, 'green')) });
    expect(verdict).toMatchObject({
      kind: v1.AttestationKind.ATTESTATION_KIND_CANARY, canaryStatus: v1.HealthStatus.HEALTH_STATUS_GREEN, status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED, advice: v1.Advice.ADVICE_ASK_PERSON,
    });
    const kinds = await country.query<{ played: string; count: number }>('hub', "SELECT status AS played, count(DISTINCT issuer)::int AS count FROM attestation WHERE kind = 'canary' GROUP BY status ORDER BY status");
    expect(kinds).toEqual(['canary-green', 'canary-red', 'canary-yellow'].map((played) => ({ played, count: CODES.length })));
    const [people] = await country.query<{ count: number }>('hub', "SELECT count(*)::int AS count FROM attestation WHERE kind = 'health-status' AND status <> '00' AND reason = 'REASON_NOT_STATED'");
    const { feeds } = await country.ledger.getSummary({});
    expect(feeds.reduce((sum, { unexplained }) => sum + Number(unexplained), 0)).toBe(people?.count);
  });

  it('turns red for the codes of a province whose adapter ends, and green again', { timeout: 240_000 }, async () => {
    await country.kill('adapter-guizhou');
    await becomes(greenBut(ofGuizhou, 'yes yes ADAPTER_UNREACHABLE'));
    await becomes(greenBut(ofGuizhou, 'yes ADAPTER_SILENT ADAPTER_UNREACHABLE'), 90_000);
    await country.restart('adapter-guizhou');
    await becomes(greenBut([], ''));
  });

  it('turns red for the codes of a province whose NATS user is taken away, and green again', { timeout: 120_000 }, async () => {
    await country.revokeNatsUser(GUIZHOU);
    await becomes(greenBut(ofGuizhou, 'yes yes ADAPTER_UNREACHABLE'));
    await country.restoreNatsUser(GUIZHOU);
    await becomes(greenBut([], ''));
  });

  it('turns red for the codes of a province whose local system ends, and green again', { timeout: 120_000 }, async () => {
    await country.kill('local-system-guizhou');
    await becomes(greenBut(ofGuizhou, 'yes yes LOCAL_SYSTEM_UNREACHABLE'));
    await country.restart('local-system-guizhou');
    await becomes(greenBut([], ''));
  });

  it('turns red for the codes that stand on a revoked key, and green again with another key', { timeout: 180_000 }, async () => {
    const home = embeddedHome(country, GUIZHOU, drafts);
    const former = readKeyFile(home.files.keys) ?? { keys: [] };
    const { privateJwk } = await generateProvinceKey('sig');
    const province = country.as({ role: 'province', province: GUIZHOU });
    expect(await submitKeys(province, home, { keys: [privateJwk] }, former)).toMatchObject({ accepted: true });
    const [revoked = ''] = kidsOf({ keys: former.keys.filter(({ use }) => use === 'sig') });
    const since = Math.floor(Date.now() / 1000) - 3600;
    await province.membership.revokeKey({ kid: revoked, revokedFrom: timestampFromSeconds(since) });
    await becomes(greenBut(ofGuizhou, 'yes KEY_REVOKED ATTESTATION_KEY_REVOKED'));
    await stays(greenBut(ofGuizhou, 'yes KEY_REVOKED ATTESTATION_KEY_REVOKED'));
    writeKeyFile(home.files.keys, { ...former, keys: [privateJwk, ...former.keys.filter(({ use }) => use === 'enc')] });
    await becomes(greenBut([], ''));
    await stays(greenBut([], ''));
  });

  it('marks a stricter rule at the one pair it is about, while it is in force', { timeout: 120_000 }, async () => {
    const beijing = country.as({ role: 'province', province: BEIJING });
    const now = Math.floor(Date.now() / 1000);
    const { policy } = await beijing.membership.proposePolicy({
      policy: { issuers: [GUIZHOU], effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE, reason: '探测', effectiveFrom: timestampFromSeconds(now), effectiveUntil: timestampFromSeconds(now + 3600) },
    });
    expect(await read()).toEqual(greenBut([], ''));
    const id = policy?.id ?? '';
    await country.as({ role: 'operator', name: 'a' }).operator.decidePolicy({ id, approve: true });
    await becomes(greenBut([`${GUIZHOU} in ${BEIJING}`], 'STRICTER_POLICY yes yes'));
    await beijing.membership.withdrawPolicy({ id });
    await becomes(greenBut([], ''));
  });

  it('says that nothing is measured where a checkpoint is gone, and green again', { timeout: 120_000 }, async () => {
    const certificate = join(country.dataPath, 'secrets', 'pki', `checkpoint-${SHANGHAI}.crt`);
    renameSync(certificate, `${certificate}.away`);
    await country.stopOne('checkpoints');
    await country.restart('checkpoints');
    await becomes(greenBut(CODES.filter((code) => code !== SHANGHAI).map((issuer) => `${issuer} in ${SHANGHAI}`), 'yes yes NO_CHECKPOINT'));
    renameSync(`${certificate}.away`, certificate);
    await becomes(greenBut([], ''));
  });

  it('goes on where it was when the hub, the adapters and the checkpoints start anew', { timeout: 180_000 }, async () => {
    await country.kill('hub');
    await country.restart('hub');
    // What was measured before is still known; nothing is red for the restart but what was measured through it.
    await becomes(greenBut([], ''));
    await country.kill('checkpoints');
    await country.restart('checkpoints');
    await becomes(greenBut([], ''));
    await stays(greenBut([], ''));
    expect(country.ended).toEqual([]);
  });
});
