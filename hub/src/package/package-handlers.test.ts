import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { PackageHandlers } from './package.grpc.js';

const GUIZHOU = parseProvinceCode('520000');

describe('PackageHandlers', () => {
  it('says that there is no package where none is published', () => {
    const handlers = new PackageHandlers({ repository: { root: () => undefined }, reports: { record: () => Promise.resolve(true) }, now: () => 0 });
    expect(() => handlers.getPackageRoot()).toThrow(expect.objectContaining({ code: 'PACKAGE_NOT_PUBLISHED' }) as Error);
  });

  it('counts nothing of a report that cannot be read', async () => {
    let recorded = 0;
    const handlers = new PackageHandlers({ repository: { root: () => undefined }, reports: { record: () => { recorded += 1; return Promise.resolve(true); } }, now: () => 0 });
    await expect(handlers.record({}, 'spiffe://health-code.internal/checkpoint/520000/gate-1', GUIZHOU)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(recorded).toBe(0);
  });
});
