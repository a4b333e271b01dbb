import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { offlineSteps } from '../story/offline.js';

const folder = mkdtempSync(join(tmpdir(), 'health-code-offline-e2e-'));
const { steps, end } = offlineSteps(folder, () => undefined);
const told = new Map<string, string>();

const detailOf = (beginning: string): string => [...told].find(([title]) => title.startsWith(beginning))?.[1] ?? '';

afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

describe('a gate whose network is cut', () => {
  it.each(steps.map((step) => [step.title, step] as const))('%s', async (title, step) => {
    told.set(title, await step.take());
  });

  it('was shown an hour of codes, and judged each of them without the hub', () => {
    const first = detailOf('minute 0').split('\n');
    expect(first.length).toBeGreaterThan(25);
    expect(first.filter((line) => !line.startsWith('✓'))).toEqual([]);
    // The gate can tell all of these apart without asking anybody.
    for (const word of ['green', 'yellow', 'red', 'ATTESTATION_SUPERSEDED', 'ATTESTATION_SUSPENDED', 'ATTESTATION_SIGNATURE_INVALID', 'ATTESTATION_KEY_UNKNOWN', 'ATTESTATION_MALFORMED', 'COMPACT_CODE_INVALID', 'NETWORK_NEEDED', 'CODE_UNKNOWN']) {
      expect(detailOf('minute 0')).toContain(word);
    }
    expect(detailOf('minute 20')).toMatch(/before an ordinary renewal is now: .*ATTESTATION_EXPIRED/);
    expect(detailOf('minute 40')).toMatch(/ends within the hour is now: .*ATTESTATION_EXPIRED/);
    expect(detailOf('minute 60')).toContain('as before');
  });
});
