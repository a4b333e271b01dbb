import { status } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { adapterOf, clients, database, ledger, NOW, refusal, registry, state, useAdapterScene } from './adapter-scene.fixture.js';

useAdapterScene();

describe('Ledger', () => {
  beforeAll(async () => {
    for (const code of ['520000', '310000'] as const) await adapterOf(code).register((await state(code, `HC:${code}:`)).request);
    await adapterOf('520000').heartbeat({ lastSequence: 9 });
    await database.query(
      `INSERT INTO ledger_entry (index, issuer, sequence, salt, leaf_digest, appended_at)
       SELECT n, '520000', n + 1, decode(repeat('ab', 16), 'hex'), decode(repeat('cd', 32), 'hex'), to_timestamp($1) FROM generate_series(0, 449) n`,
      [NOW + 0.5],
    );
  });

  async function list(request: v1.ListEntriesRequest.$Properties): Promise<readonly number[]> {
    const method = serviceDefinition(v1.Ledger)['ListEntries'];
    if (method === undefined) throw new Error('no method');
    const stream = clients.get('auditor')!.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request);
    const indexes: number[] = [];
    for await (const { entry } of stream as AsyncIterable<v1.ListEntriesResponse>) indexes.push(Number(entry?.index));
    return indexes;
  }

  it('tells its size and the feed of every province, heard of or not', async () => {
    const summary = await ledger().getSummary({});
    expect(summary.size).toBe(450);
    expect(summary.feeds.map(({ issuer, complete }) => [issuer, complete])).toEqual([
      ['110000', true],
      ['310000', true],
      ['520000', false],
    ]);
  });

  it('shows one entry, or says that there is none', async () => {
    const { entry } = await ledger().getEntry({ issuer: '520000', sequence: 7 });
    expect(entry).toMatchObject({ index: 6, sequence: 7, appendedAt: { seconds: NOW, nanos: 500_000_000 } });
    expect(await refusal(ledger().getEntry({ issuer: '520000', sequence: 451 }))).toMatchObject({ code: status.NOT_FOUND, reason: 'LEDGER_ENTRY_NOT_FOUND' });
    expect(await refusal(ledger().getEntry({}))).toMatchObject({ reason: 'LEDGER_ENTRY_NOT_FOUND' });
  });

  it('streams a range in order, and no more than asked for', async () => {
    expect(await list({})).toEqual(Array.from({ length: 450 }, (_, index) => index));
    expect(await list({ fromIndex: 190, limit: 20 })).toEqual(Array.from({ length: 20 }, (_, index) => 190 + index));
    expect(await list({ fromIndex: 450 })).toEqual([]);
    expect((await refusal(list({ limit: 10_001 }))).reason).toBe('REQUEST_INVALID');
  });

  it('publishes every rule of a province, with the facts it looks at', async () => {
    const { request } = await state('110000', 'HC:11:rules:');
    const citing = { id: '110000-travel', version: '2', title: '风险地区旅居史', facts: [v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL] };
    await adapterOf('110000').register({ ...request, rules: [...(request.rules ?? []), citing] });
    const { provinces } = await ledger().listProvinces({});
    expect(provinces.find(({ code }) => code === '110000')?.rules).toMatchObject([{ id: '110000-conversion', version: '1', title: '转码规则', facts: [] }, citing]);
  });

  it('publishes the keys of every province, former ones included, and nothing private', async () => {
    const { provinces } = await ledger().listProvinces({});
    expect(provinces.map(({ code, slug, name }) => [code, slug, name])).toContainEqual(['520000', 'guizhou', '贵州']);
    for (const { code, jwks } of provinces) {
      const { keys } = JSON.parse(jwks ?? '') as { keys: readonly { readonly d?: string; readonly kid?: string }[] };
      expect(keys).toEqual(registry.findKeySet(code ?? '').keys);
      expect(keys.every((key) => key.d === undefined && key.kid !== undefined)).toBe(true);
    }
  });
});
