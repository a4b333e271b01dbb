import { describe, expect, it } from 'vitest';
import { createSource } from './source.js';

const sourceAt = (baseUrl: string, credentials?: Readonly<Record<string, string>>, isStandIn = true) => () =>
  createSource({ baseUrl, timeoutMs: 100, isStandIn, ...(credentials === undefined ? {} : { credentials }) });
const refusal: unknown = expect.objectContaining({ code: 'CONFIG_INVALID' });

describe("the scanner's token that 苏康码 is asked with", () => {
  it('is that of the stand-in where none is configured and it is on this machine', () => {
    expect(sourceAt('http://127.0.0.1:1')).not.toThrow();
  });

  it('is demanded for a system on this machine that is no stand-in', () => {
    expect(sourceAt('http://127.0.0.1:1', undefined, false)).toThrow(refusal);
  });

  it('is demanded for a system on another machine', () => {
    expect(sourceAt('https://codes.internal')).toThrow(refusal);
    expect(sourceAt('https://codes.internal', { appId: '32' })).toThrow(refusal);
    expect(sourceAt('https://codes.internal', { token: 'of a scanner' })).not.toThrow();
  });
});
