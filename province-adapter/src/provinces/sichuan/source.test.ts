import { describe, expect, it } from 'vitest';
import { createSource } from './source.js';

const CONFIGURED = { appId: '51', secretKey: 'secret' };
const sourceAt = (baseUrl: string, credentials?: Readonly<Record<string, string>>) => () =>
  createSource({ baseUrl, timeoutMs: 100, isStandIn: true, ...(credentials === undefined ? {} : { credentials }) });
const refusal: unknown = expect.objectContaining({ code: 'CONFIG_INVALID' });

describe('the credentials that 天府健康通 is asked with', () => {
  it.each(['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost:1'])('are those of the stand-in where none are configured and it is at %s', (baseUrl) => {
    expect(sourceAt(baseUrl)).not.toThrow();
  });

  it.each(['https://tfjkt.example.org', 'http://10.0.0.1', 'https://standin-app:standin-secret@tfjkt.example.org'])('are demanded for %s: what everybody knows is no secret', (baseUrl) => {
    expect(sourceAt(baseUrl)).toThrow(refusal);
  });

  it('are the configured ones wherever it is', () => {
    for (const baseUrl of ['https://tfjkt.example.org', 'http://127.0.0.1:1']) expect(sourceAt(baseUrl, CONFIGURED)).not.toThrow();
  });

  it.each([{}, { appId: '51' }, { appId: '51', secretKey: '' }, { secretKey: 'secret' }])('stop the adapter at its start when %j cannot be used', (credentials) => {
    expect(sourceAt('http://127.0.0.1:1', credentials as Readonly<Record<string, string>>)).toThrow(refusal);
  });
});
