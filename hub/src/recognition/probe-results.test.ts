import { describe, expect, it } from 'vitest';
import { ProbeResults } from './probe-results.js';
import type { ProbeResult } from './probes.js';

const result = (measuredAt: number, changes: Partial<ProbeResult> = {}): ProbeResult => ({ receiver: '110000', issuer: '520000', measuredAt, ...changes });

class MemoryStore {
  readonly rows = new Map<string, ProbeResult>();
  isDown = false;

  async save(results: readonly ProbeResult[]): Promise<void> {
    if (this.isDown) throw new Error('down');
    for (const each of results) this.rows.set(`${each.receiver} ${each.issuer}`, each);
  }

  async readSince(after: number): Promise<readonly ProbeResult[]> {
    if (this.isDown) throw new Error('down');
    return [...this.rows.values()].filter(({ measuredAt }) => measuredAt > after);
  }
}

describe('ProbeResults', () => {
  it('are there again after a restart', async () => {
    const store = new MemoryStore();
    const before = new ProbeResults(store);
    before.record(result(1000, { cause: 'ADAPTER_TIMEOUT' }));
    await before.exchange();
    const after = new ProbeResults(store);
    expect(after.find('110000', '520000')).toBeUndefined();
    await after.exchange();
    expect(after.find('110000', '520000')).toEqual(result(1000, { cause: 'ADAPTER_TIMEOUT' }));
  });

  it('hold the last one, in whatever order they come', async () => {
    const results = new ProbeResults(new MemoryStore());
    results.record(result(2000));
    results.record(result(1000, { cause: 'NO_REPORT' }));
    expect(results.find('110000', '520000')).toEqual(result(2000));
  });

  it('name the canary that fails until it is answered again', () => {
    const results = new ProbeResults(new MemoryStore());
    expect(results.findFailing('110000', '520000')).toBeUndefined();
    results.record(result(1000, { cause: 'ATTESTATION_KEY_REVOKED', canary: 3 }));
    expect(results.findFailing('110000', '520000')).toBe(3);
    results.record(result(2000, { canary: 3 }));
    expect(results.findFailing('110000', '520000')).toBeUndefined();
  });

  it('wait while the database is away, and are saved once', async () => {
    const store = new MemoryStore();
    const results = new ProbeResults(store);
    store.isDown = true;
    results.record(result(1000));
    await expect(results.exchange()).rejects.toThrow('down');
    expect(results.find('110000', '520000')).toEqual(result(1000));
    store.isDown = false;
    await results.exchange();
    expect(store.rows.size).toBe(1);
    store.rows.clear();
    await results.exchange();
    expect(store.rows.size).toBe(0);
  });

  it('bring what another replica measured', async () => {
    const store = new MemoryStore();
    const [one, other] = [new ProbeResults(store), new ProbeResults(store)];
    one.record(result(1000));
    await one.exchange();
    await other.exchange();
    expect(other.find('110000', '520000')).toEqual(result(1000));
    other.record(result(2000, { cause: 'WRONG_ANSWER' }));
    await other.exchange();
    await one.exchange();
    expect(one.find('110000', '520000')).toMatchObject({ cause: 'WRONG_ANSWER' });
  });

  it('bring what another replica measured before the last one read here, and saved after it', async () => {
    const store = new MemoryStore();
    const [one, other] = [new ProbeResults(store), new ProbeResults(store)];
    other.record(result(1_000_000, { issuer: '510000' }));
    one.record(result(1_003_000));
    await one.exchange();
    await other.exchange();
    await one.exchange();
    expect(one.find('110000', '510000')).toEqual(result(1_000_000, { issuer: '510000' }));
  });
});
