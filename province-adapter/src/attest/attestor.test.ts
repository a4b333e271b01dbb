import { generateProvinceKey, importSigningKey, parseProvinceCode, signedBy, type SigningKey } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryOutbox } from '../outbox/memory-outbox.fixture.js';
import { Attestor } from './attestor.js';
import type { AttestableRecord, Statement } from './statement.js';

const NOW = 1_800_000_000;
const green = {
  kind: 'health-status', status: '00', since: NOW - 10, validUntil: NOW + 86_400, reason: 'REASON_NOT_STATED', rule: { id: '520000-assignment', version: '1' },
  authority: '520000', evidence: 'self-declared', original: { system: 'guizhou-test', field: 'status', value: '00' },
} as const satisfies AttestableRecord;
const statement: Statement = { subject: `1.${'a'.repeat(42)}A`, record: green };
const conversion: Statement = { ...statement, record: { ...green, source: { issuer: parseProvinceCode('110000'), sequence: 5, issuedAt: NOW - 5 } } };

const createKey = async (): Promise<SigningKey> => importSigningKey((await generateProvinceKey('sig')).privateJwk);
const [former, next] = [await createKey(), await createKey()];

let held: readonly [SigningKey, ...SigningKey[]];
let outbox: MemoryOutbox;
let attestor: Attestor;

beforeEach(() => {
  held = [former];
  outbox = new MemoryOutbox();
  attestor = new Attestor({
    outbox, terms: { issuer: parseProvinceCode('520000'), lifetimeSeconds: 3600 }, now: () => NOW, lastSequence: 0, onAppended: () => undefined,
    keys: () => held.map((key) => ({ key, saltSecret: new Uint8Array(32) })) as [{ key: SigningKey; saltSecret: Uint8Array }],
  });
});

const attest = (about = statement) => attestor.attest(about, attestor.position);

describe('what stands under a key that is gone', () => {
  it('is stated anew under the next sequence number, once', async () => {
    const before = await attest();
    held = [next];
    const after = await attest();
    expect(signedBy(after.token)).toBe(next.kid);
    expect(after.attestation).toMatchObject({ sequence: 2, supersedes: before.attestation.sequence, status: '00' });
    expect((await attest()).token).toBe(after.token);
  });

  it('serves while the key is still held: a rotation of both keys changes nothing', async () => {
    const before = await attest();
    const converted = await attestor.convert({ ...conversion, subject: `1.${'b'.repeat(42)}A` }, attestor.position);
    held = [next, former];
    expect((await attest()).token).toBe(before.token);
    expect((await attestor.convert({ ...conversion, subject: `1.${'b'.repeat(42)}A` }, attestor.position)).token).toBe(converted.token);
    await attestor.record({ statements: [statement], readAt: attestor.position });
    expect(outbox.entries).toHaveLength(2);
  });

  it('is stated anew by a change that was polled or pushed, and within one batch once', async () => {
    await attest();
    held = [next];
    await attestor.record({ statements: [statement, statement], readAt: attestor.position });
    expect(outbox.entries.map(({ token }) => signedBy(token))).toEqual([former.kid, next.kid]);
  });

  it('is converted anew', async () => {
    await attestor.convert(conversion, attestor.position);
    held = [next];
    expect(await attestor.findConverted(conversion)).toBeUndefined();
    const again = await attestor.convert(conversion, attestor.position);
    expect([signedBy(again.token), again.attestation.supersedes]).toEqual([next.kid, 1]);
    expect((await attestor.findConverted(conversion))?.token).toBe(again.token);
  });

  it('still contradicts a conversion to another colour', async () => {
    await attest();
    held = [next];
    const other = { ...conversion, record: { ...conversion.record, status: '10' } } as Statement;
    await expect(attestor.convert(other, attestor.position)).rejects.toMatchObject({ code: 'CONVERSION_CONTRADICTED' });
  });

  it('is no conversion any more for whom the local system knows from it alone: they convert again', async () => {
    await attestor.convert(conversion, attestor.position);
    const echo: Statement = { ...statement, isByReference: true };
    expect((await attest(echo)).attestation.source).toMatchObject({ issuer: '110000' });
    held = [next];
    await expect(attest(echo)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('is withdrawn like everything else, and a withdrawal stays one', async () => {
    await attest();
    held = [next];
    const withdrawal: Statement = { ...statement, record: { ...green, status: 'none' } };
    await attestor.withdraw(withdrawal, attestor.position);
    expect(outbox.entries.map(({ token }) => signedBy(token))).toEqual([former.kid, next.kid]);
    held = [await createKey()];
    await attestor.withdraw(withdrawal, attestor.position);
    expect(outbox.entries).toHaveLength(2);
  });
});

describe('what is shown until the end of a day', () => {
  const DAY_END = NOW + 1800;
  const shown = (until = DAY_END): Statement => ({ ...statement, shown: { until, atLeast: until } });
  const show = (about = shown()) => attestor.attestForHolder(about, attestor.position);

  it('expires then, however long what is stated stands', async () => {
    await show();
    expect((await attestor.find({ subject: statement.subject, kind: 'health-status' }))?.attestation).toMatchObject({ issuedAt: NOW, expiresAt: DAY_END });
  });

  it('takes nothing back that was attested for longer', async () => {
    await attest();
    await show();
    expect(outbox.entries.map(({ earlier }) => earlier)).toEqual(['none', 'stand']);
    await show({ ...shown(), record: { ...green, status: '10', reason: 'FEVER' } });
    expect(outbox.entries.at(-1)?.earlier).toBe('taken-back');
  });

  it('takes back what outlives the statement itself', async () => {
    await attest();
    await show({ ...shown(), record: { ...green, validUntil: NOW + 600 } });
    expect(outbox.entries.at(-1)).toMatchObject({ earlier: 'shortened', expiresAt: NOW + 600 });
  });

  it('hides nothing that outlives it: what is said for a shorter time than that takes it back, once', async () => {
    await attest();
    await show();
    const shorter = { ...statement, record: { ...green, validUntil: NOW + 2400 } };
    await attest(shorter);
    expect(outbox.entries.at(-1)).toMatchObject({ sequence: 3, earlier: 'shortened', expiresAt: NOW + 2400 });
    await attest(shorter);
    await attestor.record({ statements: [shorter], readAt: attestor.position });
    expect(outbox.entries).toHaveLength(3);
  });

  it('hides it from what is pushed or polled neither', async () => {
    await attest();
    await show();
    await attestor.record({ statements: [{ ...statement, record: { ...green, validUntil: NOW + 2400 } }], readAt: attestor.position });
    expect(outbox.entries.map(({ earlier }) => earlier)).toEqual(['none', 'stand', 'shortened']);
  });

  it('is given again while it lasts to the end, made anew where it does not, and serves for whoever asks meanwhile', async () => {
    const first = await show();
    expect(await show()).toBe(first);
    expect(first.startsWith((await attest()).token)).toBe(true);
    await show(shown(DAY_END + 900));
    expect(outbox.entries.map(({ expiresAt }) => expiresAt)).toEqual([DAY_END, DAY_END + 900]);
  });
});
