import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeHub } from '../access/fake-hub.fixture.js';
import { readRefusal } from '../access/refusal.js';
import { makeTlsKey } from '../access/certificate-request.js';
import { GivenOptions } from '../access/command-line.js';
import { apply } from './apply.js';
import { carryOut } from './carry-out.js';
import { emptyHome, startJoiningHub, type JoiningState } from './joining.fixture.js';
import { keysFor, kidsOf, readKeyFile, type KeySet } from './key-file.js';
import { keys } from './keys.js';
import { credentials } from './nats-credentials.js';
import type { ProvinceHome } from './province-home.js';
import { revokeKey } from './revoke-key.js';
import { finishCertificates, finishRotation, rotateCertificate, rotateKey, rotateNats } from './rotate.js';
import { getStatus } from './status.js';

const APPLICATION = { token: 'good-token', organisation: '91460000MA5T000000' };

let hub: FakeHub;
let known: JoiningState;
let home: ProvinceHome;

beforeEach(async () => {
  ({ hub, known } = await startJoiningHub());
  home = emptyHome(hub);
});

afterEach(() => {
  hub.stop();
  rmSync(home.directory, { recursive: true, force: true });
});

const text = (path: string): string => readFileSync(path, 'utf8');
const keySet = (): KeySet => readKeyFile(home.files.keys) ?? { keys: [] };
const codeOf = (call: Promise<unknown>): Promise<string | undefined> => call.then(() => undefined, (error: unknown) => readRefusal(error)?.code ?? String(error));

describe('apply', () => {
  it('redeems the token once, and speaks as the province from then on', async () => {
    const { facts } = await apply(home, APPLICATION);
    expect(facts).toMatchObject({ identity: 'spiffe://health-code.internal/province/460000', isNew: true });
    expect((await getStatus(home)).province).toBe('460000');
    expect((await apply(home, APPLICATION)).facts).toMatchObject({ isNew: false });
    expect(known.events).toEqual(['apply']);
  });

  it('keeps every file from others', async () => {
    await apply(home, APPLICATION);
    await keys(home);
    await credentials(home);
    const modes = readdirSync(home.directory).map((name) => (statSync(`${home.directory}/${name}`).mode & 0o777).toString(8));
    expect(modes.length).toBeGreaterThanOrEqual(8);
    expect(new Set(modes)).toEqual(new Set(['600']));
  });

  it('uses the same key when it is repeated after a refusal', async () => {
    expect(await codeOf(apply(home, { ...APPLICATION, token: 'guessed' }))).toBe('ENROLMENT_TOKEN_REFUSED');
    const key = text(home.files.certificateKey);
    await apply(home, APPLICATION);
    expect(text(home.files.certificateKey)).toBe(key);
  });

  it('makes another key when the token was used up by an answer that never came', async () => {
    known.tokens.set(APPLICATION.token, true);
    expect(await codeOf(apply(home, APPLICATION))).toBe('ENROLMENT_TOKEN_USED');
    expect(readdirSync(home.directory)).not.toContain('client.key');
    known.tokens.set('second-token', false);
    expect((await apply(home, { ...APPLICATION, token: 'second-token' })).facts).toMatchObject({ isNew: true });
  });

  it('does not send a token to a hub whose certificate another authority issued', async () => {
    writeFileSync(home.files.hubAuthority, hub.members.certificate);
    await expect(apply(home, APPLICATION)).rejects.toMatchObject({ code: 14 });
    expect(known.events).toEqual([]);
  });
});

describe('keys', () => {
  it('has a signing and an encryption key accepted, once', async () => {
    await apply(home, APPLICATION);
    expect((await keys(home)).facts).toMatchObject({ accepted: true, isNew: true });
    expect([...known.accepted.values()].map(({ use }) => use)).toEqual(['sig', 'enc']);
    expect((await keys(home)).facts).toMatchObject({ accepted: true, isNew: false });
    expect(known.events.filter((event) => event === 'submit-keys')).toHaveLength(1);
  });

  it('asks two operators for keys that no key in use vouches for', async () => {
    await apply(home, APPLICATION);
    await keys(home);
    rmSync(home.files.keys);
    expect((await keys(home)).facts).toMatchObject({ accepted: false, pendingAction: 'action-1' });
  });
});

it('names every other member of today where a rule is for all, and never none', async () => {
  await apply(home, APPLICATION);
  const propose = async (...issuers: string[]) => (await carryOut({ command: 'propose-policy', options: new GivenOptions({ home: home.directory, reason: 'r', until: '2030-01-01T00:00:00Z', ...(issuers[0] === undefined ? {} : { issuers: issuers[0] }) }, {}) })).json;
  expect(await propose('all')).toMatchObject({ issuers: ['110000'] });
  expect(await propose('beijing, shanghai')).toMatchObject({ issuers: ['110000', '310000'] });
  await expect((async () => propose())()).rejects.toThrow('--issuers is missing');
});

it('says of a home that nothing was applied for from it', async () => {
  await expect((async () => getStatus(home))()).rejects.toThrow('hainan has not applied yet');
});

it('says that the adapter is to be started where the credentials are there', async () => {
  await apply(home, APPLICATION);
  known.nextStep = 'Get a NATS user (Membership.IssueNatsUser) and start the adapter.';
  expect((await credentials(home)).next).toBe('Start the adapter.  →  npm run province -- run');
});

describe('rotate', () => {
  beforeEach(async () => {
    await apply(home, APPLICATION);
    await keys(home);
  });

  it('puts a new signing key first, vouched for by the former one, and keeps both', async () => {
    const [former] = keysFor('sig', keySet());
    const { facts } = await rotateKey(home, 'sig');
    const kids = keysFor('sig', keySet()).map(({ kid }) => kid);
    expect(kids).toEqual([facts['key'], former?.kid]);
    expect(known.accepted.has(String(kids[0]))).toBe(true);
    expect(keysFor('enc', keySet())).toHaveLength(1);
  });

  it('goes on with the same new key after it was broken off', async () => {
    hub.stop();
    await expect(rotateKey(home, 'enc')).rejects.toMatchObject({ code: 14 });
    const [begun] = kidsOf(readKeyFile(home.files.nextKeys) ?? { keys: [] });
    ({ hub, known } = await startJoiningHub());
    writeFileSync(home.files.settings, JSON.stringify({ ...home.settings, hub: hub.address, enrolment: hub.enrolment }));
    writeFileSync(home.files.hubAuthority, hub.authority);
    const moved: ProvinceHome = { ...home, settings: { ...home.settings, hub: hub.address, enrolment: hub.enrolment } };
    rmSync(home.files.certificate);
    await apply(moved, APPLICATION);
    expect((await rotateKey(moved, 'enc')).facts['key']).toBe(begun);
  });

  it('takes the former key out only when the adapter has registered with the new one', async () => {
    const { facts } = await rotateKey(home, 'sig');
    await expect(finishRotation(home, 'sig')).rejects.toThrow('has not registered');
    expect(keysFor('sig', keySet())).toHaveLength(2);
    known.registered = kidsOf(keySet());
    await finishRotation(home, 'sig');
    expect(keysFor('sig', keySet()).map(({ kid }) => kid)).toEqual([facts['key']]);
    expect(keysFor('enc', keySet())).toHaveLength(1);
  });

  it('refuses a third encryption key, which no adapter would take', async () => {
    await rotateKey(home, 'enc');
    await expect(rotateKey(home, 'enc')).rejects.toThrow('former key');
    expect(keysFor('enc', keySet())).toHaveLength(2);
  });

  it('leaves no revoked key in the file: a registration with one is refused as a whole', async () => {
    const { facts } = await rotateKey(home, 'sig');
    await revokeKey(home, String(facts['key']), new Date());
    expect(kidsOf(keySet())).not.toContain(facts['key']);
    const [last] = keysFor('sig', keySet());
    await revokeKey(home, last?.kid ?? '', new Date());
    expect(keysFor('sig', keySet())).toEqual([last]);
    known.hasTwoOperators = true;
    const { facts: replaced, next } = await rotateKey(home, 'sig');
    expect(next).toMatch(/^Nothing/);
    expect(keysFor('sig', keySet()).map(({ kid }) => kid)).toEqual([replaced['key']]);
  });

  it('replaces certificate and key together, also after it was broken off between both', async () => {
    const before = text(home.files.certificate);
    await rotateCertificate(home);
    expect(text(home.files.certificate)).not.toBe(before);
    expect((await finishCertificates(home)).did).toEqual(['Taken back: 1 other certificate. Whoever holds one is refused at once.']);
    expect((await getStatus(home)).province).toBe('460000');
    writeFileSync(home.files.nextCertificateKey, makeTlsKey());
    await rotateCertificate(home);
    expect((await getStatus(home)).province).toBe('460000');
    expect(readdirSync(home.directory).filter((name) => name.includes('.next.') || name.endsWith('.new'))).toEqual([]);
  });

  it('has a NATS user made for another seed', async () => {
    await credentials(home);
    const before = text(home.files.natsCreds);
    await rotateNats(home);
    expect(text(home.files.natsCreds)).toContain('-----BEGIN NATS USER JWT-----\njwt-of-U');
    expect(text(home.files.natsCreds)).toContain(text(home.files.natsSeed));
    expect(text(home.files.natsCreds)).not.toBe(before);
  });
});

it('adapter.env names what the adapter needs, and leaves open what is the province’s own', async () => {
  await apply(home, APPLICATION);
  await credentials(home);
  const lines = text(home.files.adapterEnv).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['PROVINCE=hainan', `HUB_ADDRESS=${hub.address}`, 'NATS_URL=nats://127.0.0.1:4222', `KEY_FILE=${home.files.keys}`, '#LOCAL_SYSTEM_URL=']));
});
