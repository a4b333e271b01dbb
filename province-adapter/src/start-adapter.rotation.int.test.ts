import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { provinceRights, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatKeyFile } from './keys/key-file.js';
import { makePrivateJwks } from './keys/province-keys.fixture.js';
import { hubFiles, writeHubFiles } from './hub/hub-files.fixture.js';
import { CODE, PERSON } from './memory-province.fixture.js';
import { makeNatsCreds } from './platform/nats-creds.fixture.js';
import { startAdapterUnderTest, type AdapterUnderTest } from './running-adapter.fixture.js';

type PrivateJwk = Awaited<ReturnType<typeof makePrivateJwks>>['signing'];

/** Pushes and calls without a pause, and what became of them. */
interface Traffic {
  readonly pushed: number;
  readonly called: number;
  /** What was not as it should be. */
  readonly failures: readonly unknown[];
}

const STATUSES = ['00', '01', '10'] as const;
const kidOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string }).kid;

describe('an adapter whose keys, certificate or credentials are replaced while it works', () => {
  let adapter: AdapterUnderTest;
  let pushed = 0;

  beforeAll(async () => {
    adapter = await startAdapterUnderTest();
  });
  afterAll(async () => {
    await adapter.close();
  });

  /** Lets a status change and a call be answered again and again while `change` happens. */
  const under = async (change: () => Promise<void>): Promise<Traffic> => {
    const failures: unknown[] = [];
    let isOver = false;
    const before = pushed;
    let called = 0;
    const repeat = async (act: () => Promise<void>): Promise<void> => {
      while (!isOver) await act().catch((error: unknown) => failures.push(String(error)));
    };
    const running = [
      repeat(async () => {
        const answer = await adapter.push([STATUSES[pushed % 3]]);
        pushed += 1;
        if (answer.status !== 200 || JSON.stringify(answer.body) !== '{"accepted":1,"refused":0}') failures.push(answer);
      }),
      repeat(async () => {
        const reply = await adapter.call({ resolveReference: { identityDocument: { type: PERSON.type, number: PERSON.number } } });
        called += 1;
        if ((reply.reference?.subjectReference ?? '') === '') failures.push(reply);
      }),
    ];
    try {
      await delay(150);
      await change();
      const [pushedThen, calledThen] = [pushed, called];
      // A busy machine is slow, not lossy.
      await expect.poll(() => Math.min(pushed - pushedThen, called - calledThen), { timeout: 10_000 }).toBeGreaterThan(5);
    } finally {
      isOver = true;
      await Promise.all(running);
    }
    return { pushed: pushed - before, called, failures };
  };
  const expectNothingLost = async ({ failures, pushed: count, called }: Traffic): Promise<void> => {
    expect(failures).toEqual([]);
    expect(Math.min(count, called)).toBeGreaterThan(5);
    await expect.poll(async () => (await adapter.published()).length, { timeout: 10_000 }).toBe(pushed);
    const published = await adapter.published();
    expect(published.map(({ sequence }) => sequence)).toEqual(Array.from({ length: pushed }, (_unused, index) => index + 1));
  };
  const lastStated = (use: v1.KeyUse): readonly unknown[] => (adapter.hub.registrations.at(-1)?.keys ?? []).filter((key) => key.use === use).map(({ jwk }) => (JSON.parse(jwk ?? '') as { readonly kid: string }).kid);
  const writeKeys = (signing: readonly PrivateJwk[], encryption: readonly PrivateJwk[]): void => {
    writeFileSync(`${adapter.config.keyFile}.new`, formatKeyFile({ signing, encryption, isForDevelopment: false }), { mode: 0o600 });
    renameSync(`${adapter.config.keyFile}.new`, adapter.config.keyFile);
  };
  const signedWith = async (): Promise<readonly { readonly kid: string; readonly issuedAt: number }[]> => {
    const rows: { readonly token: string }[] = await adapter.database.query('SELECT token FROM attestation_outbox ORDER BY sequence');
    return rows.map(({ token }) => ({ kid: kidOf(token), issuedAt: (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly iat: number }).iat }));
  };

  const health = async (): Promise<{ readonly hub: object; readonly endings: readonly { readonly kind: string; readonly id: string }[] }> =>
    (await (await fetch(`http://${adapter.httpAddress()}/health/ready`)).json()) as { hub: object; endings: { kind: string; id: string }[] };
  const natsUser = async (): Promise<string | undefined> => (await health()).endings.find(({ kind }) => kind === 'nats-user')?.id;

  it('signs with a new key once the hub has accepted it, and opens what is sealed to the former one', async () => {
    const next = await makePrivateJwks();
    const [formerSigning, formerOpening] = [adapter.keys.signing[0].key.kid, adapter.keys.opening[0].key.kid];
    adapter.hub.unaccepted.add(String(next.signing.kid));
    const isAnswering = async (): Promise<void> => {
      await expect.poll(() => lastStated(v1.KeyUse.KEY_USE_SIGNATURE)[0], { timeout: 5000 }).toBe(next.signing.kid);
    };
    const traffic = await under(async () => {
      // The new keys alone, at once: whoever rotates in haste loses nothing either.
      writeKeys([next.signing], [next.encryption]);
      await delay(200);
      expect(lastStated(v1.KeyUse.KEY_USE_SIGNATURE)).toEqual([formerSigning]);
      expect(new Set((await signedWith()).map(({ kid }) => kid))).toEqual(new Set([formerSigning]));
      adapter.hub.unaccepted.clear();
      await isAnswering();
      expect(lastStated(v1.KeyUse.KEY_USE_SIGNATURE)).toEqual([next.signing.kid, formerSigning]);
      // Sealed by a hub that has not looked again.
      for (const kid of [formerOpening, String(next.encryption.kid)]) expect((await adapter.call({ attestCode: {} }, kid)).error?.code).toBe('LOCAL_CODE_INVALID');
      await expect.poll(() => lastStated(v1.KeyUse.KEY_USE_SIGNATURE), { timeout: 5000 }).toEqual([next.signing.kid]);
    });
    await expectNothingLost(traffic);
    const signed = await signedWith();
    expect(signed.at(-1)?.kid).toBe(next.signing.kid);
    // What the hub retires ends for it there and then.
    const retiredAt = adapter.hub.registrations.at(-1)?.at ?? 0;
    expect(signed.filter(({ kid, issuedAt }) => kid === formerSigning && issuedAt * 1000 > retiredAt)).toEqual([]);
    await expect.poll(async () => (await adapter.call({ attestCode: {} }, formerOpening).catch(() => undefined))?.error?.code, { timeout: 5000 }).toBe('CALL_INVALID');
  });

  it('shows the hub a new certificate, and not one whose key is not there yet', async () => {
    const next = await adapter.hub.issue();
    const files = hubFiles(adapter.directory);
    const registrations = adapter.hub.registrations.length;
    const traffic = await under(async () => {
      writeFileSync(files.certificate, next.certificate);
      await delay(200);
      expect(adapter.hub.certificates.size).toBe(1);
      writeHubFiles(adapter.directory, next);
      await expect.poll(() => adapter.hub.certificates.size, { timeout: 5000 }).toBe(2);
      const before = adapter.hub.lastSequence();
      await expect.poll(() => adapter.hub.lastSequence(), { timeout: 5000 }).toBeGreaterThan(before);
    });
    await expectNothingLost(traffic);
    expect(adapter.hub.registrations).toHaveLength(registrations);
  });

  it('speaks to NATS with new credentials before the former ones end', async () => {
    const file = adapter.config.nats.credsFile;
    const former = (await natsUser()) ?? '';
    const next = await adapter.nats.mint('guizhou-2', provinceRights(CODE));
    const traffic = await under(async () => {
      writeFileSync(file, adapter.nats.creds('110000').slice(0, 300));
      await delay(150);
      // Well formed, and of no account that the broker knows.
      writeFileSync(file, makeNatsCreds().text);
      await delay(300);
      expect(await natsUser()).toBe(former);
      // Good ones, of another province.
      writeFileSync(file, adapter.nats.creds('110000'));
      await delay(300);
      expect(await natsUser()).toBe(former);
      writeFileSync(file, next.creds);
      await expect.poll(natsUser, { timeout: 5000 }).toBe(next.publicKey);
    });
    await expectNothingLost(traffic);
    // Whoever stole the former ones: nothing of this adapter hangs on them.
    await adapter.nats.revokeUser(former);
    await expectNothingLost(await under(() => delay(200)));
  });

  it('takes up the credentials of the file when the broker comes back', async () => {
    const next = await adapter.nats.mint('guizhou-3', provinceRights(CODE));
    await adapter.nats.kill();
    writeFileSync(adapter.config.nats.credsFile, next.creds);
    await adapter.nats.restart();
    await expect.poll(natsUser, { timeout: 15_000 }).toBe(next.publicKey);
    await expect.poll(async () => (await adapter.call({ attestCode: {} }).catch(() => undefined))?.error?.code, { timeout: 10_000 }).toBe('LOCAL_CODE_INVALID');
  });

  it('works with a hub of the version before, and says so', async () => {
    adapter.hub.isOfVersionBefore = true;
    await adapter.hub.restart();
    await expect.poll(async () => (await health()).hub, { timeout: 5000 }).toMatchObject({ isRegistered: true, protocolVersion: 1 });
    const before = adapter.hub.lastSequence();
    await adapter.push(['00']);
    await adapter.push(['10']);
    await expect.poll(adapter.hub.lastSequence, { timeout: 5000 }).toBeGreaterThan(before);
    expect((await health()).endings.map(({ kind }) => kind).sort()).toEqual(['certificate', 'hub-authority', 'nats-user']);
  });
});
