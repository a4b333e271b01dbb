import type { RegionalPolicy } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { GovernanceLoader } from './governance-loader.js';
import type { KeyRevocation } from './key-revocation.js';

function scene() {
  const stored = { revision: 1, policies: [] as RegionalPolicy[], revocations: [] as KeyRevocation[] };
  const steps: string[] = [];
  let registry: () => Promise<void> = () => Promise.resolve(void steps.push('registry'));
  const loader = new GovernanceLoader({
    refreshRegistry: () => registry(),
    readRevision: () => Promise.resolve(stored.revision),
    readPolicies: () => Promise.resolve(stored.policies),
    readRevocations: () => Promise.resolve(stored.revocations),
    policies: { replace: (policies) => void steps.push(`policies ${String(policies.length)}`) },
    log: { replace: (revocations) => void steps.push(`told ${String(revocations.length)}`) },
    mark: ({ id }) => Promise.resolve(void steps.push(`marked ${String(id)}`)),
  });
  const taken = (): string[] => steps.splice(0);
  return { stored, loader, taken, failRegistry: (fail: boolean) => { registry = fail ? () => Promise.reject(new Error('away')) : () => Promise.resolve(void steps.push('registry')); } };
}
const revocation = (id: number): KeyRevocation => ({ id, issuer: '520000', kid: 'key', revokedFrom: 1 });

describe('GovernanceLoader', () => {
  it('reads again only what changed', async () => {
    const { stored, loader, taken } = scene();
    await loader.refresh();
    expect(taken()).toEqual(['registry', 'policies 0', 'told 0']);
    await loader.refresh();
    expect(taken()).toEqual(['registry']);
    stored.revision = 2;
    await loader.refresh();
    expect(taken()).toEqual(['registry', 'policies 0', 'told 0']);
  });

  it('lets the registry know of a revoked key before it marks, marks each revocation once, and tells of it last', async () => {
    const { stored, loader, taken } = scene();
    stored.revocations = [revocation(1), revocation(2)];
    await loader.refresh();
    expect(taken()).toEqual(['registry', 'policies 0', 'registry', 'marked 1', 'marked 2', 'told 2']);
    Object.assign(stored, { revision: 2, revocations: [revocation(1), revocation(2), revocation(3)] });
    await Promise.all([loader.refresh(), loader.refresh()]);
    expect(taken()).toEqual(['registry', 'policies 0', 'registry', 'marked 3', 'told 3', 'registry']);
  });

  it('keeps what it knew when a round fails, and makes up for it in the next', async () => {
    const { stored, loader, taken, failRegistry } = scene();
    stored.revocations = [revocation(1)];
    failRegistry(true);
    await expect(loader.refresh()).rejects.toThrow('away');
    expect(taken()).toEqual([]);
    failRegistry(false);
    await loader.refresh();
    expect(taken()).toContain('marked 1');
  });
});
