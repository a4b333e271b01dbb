import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { getProvince, parseProvinceCode } from '@health-code/attestation';
import { spiffeId } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvinceHome } from '../province/province-home.js';
import { readKeyFile } from '../province/key-file.js';
import { finishRotation, rotateCertificate, rotateKey, rotateNats } from '../province/rotate.js';
import { ALLOWED, outcomeOf, verifyCode, type Outcome } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';

const GUIZHOU = parseProvinceCode('520000');
const FINALLY = { timeout: 60_000, interval: 250 };
/** What Guizhou's local system is told of somebody in turn. */
const STATEMENTS = [
  ['00', { availability: 'available', reason: '', ruleId: '520000-declared-nothing', ruleVersion: '1', evidence: 'self-declared' }],
  ['10', { availability: 'available', reason: 'CONTACT_HISTORY', ruleId: '520000-declared-contact', ruleVersion: '1', evidence: 'self-declared' }],
] as const;

let running: RunningCountry;
/** How many changes Guizhou's local system was told of. */
let changed = 0;
let home: ProvinceHome;
let drafts: string;

/** The supervisor's files of a founding member, as a home that the province's commands work in. */
function homeOfEmbedded({ dataPath, addresses }: RunningCountry, directory: string): ProvinceHome {
  const secret = (...path: readonly string[]): string => join(dataPath, 'secrets', ...path);
  const draft = (name: string): string => join(directory, name);
  return {
    directory,
    province: getProvince(GUIZHOU),
    identity: spiffeId({ role: 'province', province: GUIZHOU }),
    settings: { format: 1, province: GUIZHOU, hub: addresses.hub.grpc, enrolment: addresses.enrolment },
    files: {
      settings: draft('province.json'), hubAuthority: secret('pki', 'server-ca.crt'), certificate: secret('pki', `province-${GUIZHOU}.crt`), certificateKey: secret('pki', `province-${GUIZHOU}.key`),
      keys: secret(`province-keys-${GUIZHOU}.json`), natsSeed: draft('nats.seed'), natsCreds: secret('nats', `${GUIZHOU}.creds`), report: draft('report.json'), signedReport: draft('report.jws'),
      badge: draft('badge.jws'), adapterEnv: draft('adapter.env'), nextCertificateKey: draft('client.next.key'), nextCertificate: draft('client.next.crt'), nextKeys: draft('keys.next.json'), nextNatsSeed: draft('nats.next.seed'),
    },
  };
}

beforeAll(async () => {
  running = await startCountry({ provinces: ['beijing', 'guizhou'], adapterSettings: { HEARTBEAT_INTERVAL: '500ms' } });
  drafts = mkdtempSync(join(tmpdir(), 'rotation-'));
  home = homeOfEmbedded(running, drafts);
});
afterAll(async () => {
  await running.stop();
  rmSync(drafts, { recursive: true });
});

const kidOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string }).kid;
const stored = (database: 'hub' | 'adapter-guizhou'): Promise<readonly { readonly sequence: number; readonly token: string }[]> =>
  database === 'hub'
    ? running.query('hub', 'SELECT sequence::int AS sequence, token FROM attestation WHERE issuer = $1 ORDER BY attestation.sequence', [GUIZHOU])
    : running.query('adapter-guizhou', 'SELECT sequence::int AS sequence, token FROM attestation_outbox ORDER BY attestation_outbox.sequence');

/** Lets statuses change and codes be verified without a pause while `change` happens; every verdict that was not the right one. */
async function under(change: () => Promise<void>): Promise<{ readonly verified: number; readonly attested: number; readonly wrong: readonly (Outcome | string)[] }> {
  const standIn = running.standIn('guizhou');
  const green = await standIn.getPerson('00');
  const people = (await standIn.people()).filter(({ documentType, person }) => documentType === '01' && person !== green.person).slice(0, 5);
  const wrong: (Outcome | string)[] = [];
  const before = (await stored('adapter-guizhou')).length;
  let isOver = false;
  let verified = 0;
  const repeat = async (act: () => Promise<void>): Promise<void> => {
    while (!isOver) {
      await act().catch((error: unknown) => wrong.push(String(error)));
      await delay(20);
    }
  };
  const traffic = [
    repeat(async () => {
      const person = people[changed % people.length];
      // Each says something else in each round, green in the first.
      const [value, fields] = STATEMENTS[Math.floor(changed / people.length) % 2]!;
      changed += 1;
      if (person !== undefined) await standIn.setStatus(person, value, fields);
    }),
    repeat(async () => {
      const outcome = outcomeOf(await verifyCode(running, await standIn.showCode(green)));
      verified += 1;
      if (JSON.stringify(outcome) !== JSON.stringify(ALLOWED)) wrong.push(outcome);
    }),
  ];
  try {
    await delay(500);
    await change();
    const then = verified;
    await expect.poll(() => verified - then, FINALLY).toBeGreaterThan(5);
  } finally {
    isOver = true;
    await Promise.all(traffic);
  }
  return { verified, attested: (await stored('adapter-guizhou')).length - before, wrong };
}

/** Everything the adapter attested is in the ledger, in its order, and nothing of it was refused on the way. */
async function expectNothingLost({ verified, attested, wrong }: Awaited<ReturnType<typeof under>>): Promise<void> {
  expect(wrong).toEqual([]);
  expect(Math.min(verified, attested)).toBeGreaterThan(0);
  // The local system may still be pushing its last changes.
  await expect.poll(async () => isDeepStrictEqual(await stored('hub'), await stored('adapter-guizhou')), FINALLY).toBe(true);
  expect(await running.query('hub', 'SELECT issuer, code, size FROM quarantine')).toEqual([]);
}

/** How often the adapter's log says a line. */
const logged = (line: string): number => {
  return readFileSync(join(running.dataPath, 'logs', 'adapter-guizhou.log'), 'utf8').split(line).length - 1;
};

describe('a province that works on while what it proves itself with is replaced', () => {
  it('signs with a new key, and opens what is sealed to it, beside the former ones', { timeout: 120_000 }, async () => {
    const former = readKeyFile(home.files.keys)?.keys.map(({ kid }) => kid) ?? [];
    const traffic = await under(async () => {
      for (const purpose of ['sig', 'enc'] as const) {
        const { facts } = await rotateKey(home, purpose);
        expect(facts).toMatchObject({ accepted: true });
        await expect.poll(async () => (await running.query<{ kid: string }>('hub', 'SELECT kid FROM province_key WHERE province = $1 AND retired_at IS NULL', [GUIZHOU])).map(({ kid }) => kid), FINALLY).toContain(facts['key']);
      }
      // Longer than the local system takes to push.
      await delay(3000);
    });
    await expectNothingLost(traffic);
    const [newest] = readKeyFile(home.files.keys)?.keys.filter(({ use }) => use === 'sig') ?? [];
    expect(former).not.toContain(newest?.kid);
    expect(kidOf((await stored('hub')).at(-1)?.token ?? '')).toBe(newest?.kid);
  });

  it('leaves the former keys away', { timeout: 120_000 }, async () => {
    const traffic = await under(async () => {
      for (const purpose of ['sig', 'enc'] as const) await finishRotation(home, purpose);
      // Longer than the adapter takes to look at the file.
      await delay(4000);
    });
    await expectNothingLost(traffic);
    expect(readKeyFile(home.files.keys)?.keys.map(({ use }) => use).sort()).toEqual(['enc', 'sig']);
  });

  it('shows the hub a renewed certificate', { timeout: 120_000 }, async () => {
    const traffic = await under(async () => {
      await rotateCertificate(home);
      await expect.poll(() => logged('the hub is shown the certificate of HUB_CLIENT_CERT_FILE'), FINALLY).toBe(1);
    });
    await expectNothingLost(traffic);
  });

  it('speaks to the broker with renewed credentials', { timeout: 120_000 }, async () => {
    const traffic = await under(async () => {
      await rotateNats(home);
      await expect.poll(() => logged('NATS is spoken to with the credentials of NATS_CREDS_FILE'), FINALLY).toBe(1);
    });
    await expectNothingLost(traffic);
  });

  it('was not started again for any of it', async () => {
    expect(running.ended).toEqual([]);
    expect(logged('"ready"')).toBe(1);
  });
});
