import { generateProvinceKey, importSigningKey, signStatusList, signStatusListDelta, StatusBits, type SigningKey } from '@health-code/attestation';
import { serviceDefinition, statusListRequestSubject, statusListSubject, v1 } from '@health-code/messages';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEIJING, createKey, GovernanceScene, GUIZHOU, seconds, type SceneKey } from '../governance/governance-scene.fixture.js';

const scene = new GovernanceScene();
const URI = `urn:cn:healthcode:status:${GUIZHOU}`;
const { RECOGNITION_RECOGNISED, RECOGNITION_SUPERSEDED, RECOGNITION_SUSPENDED } = v1.Recognition;

let key: SceneKey;
let guizhou: NatsConnection;
const bits = StatusBits.create(8192);
let version = 0;

const termsOf = (by: number) => ({ issuer: GUIZHOU, shard: 0, version: by, issuedAt: seconds(), expiresAt: seconds() + 86_400 });

async function whole(): Promise<string> {
  version += 1;
  return signStatusList(bits.clone(), { ...termsOf(version), ttl: 300 }, key.signing);
}

async function delta(index: number, status: number): Promise<string> {
  bits.set(index, status);
  version += 1;
  return signStatusListDelta({ ...termsOf(version), from: version - 1, size: bits.size, changes: [[index, status]], digest: await bits.digest() }, key.signing);
}

async function say(token: string, changedAtMs = 0): Promise<void> {
  guizhou.publish(statusListSubject(GUIZHOU), v1.StatusListMessage.encode({ token, changedAtMs }).finish());
  await guizhou.flush();
}

const get = async (path: string): Promise<Response> => fetch(`http://${scene.hub.http}${path}`);
const heldVersion = async (): Promise<number | undefined> => ((await (await get('/status-lists')).json()) as readonly { readonly version: number }[])[0]?.version;
const toHold = (expected: number): Promise<void> => expect.poll(heldVersion, { timeout: 10_000 }).toBe(expected);
const recognitionOf = async (token: string) => (await scene.verify(token)).recognition;

beforeAll(async () => {
  await scene.open();
  key = await createKey();
  await scene.register(key);
  guizhou = await scene.nats.connect(GUIZHOU);
});

afterAll(async () => {
  await guizhou.close();
  await scene.close();
});

describe('a hub that hears status lists', () => {
  it('refuses what is suspended from the first message on, and no longer once that is lifted', async () => {
    const green = await scene.green(key, 1);
    await scene.publish(green);
    await scene.held(1);
    await say(await whole());
    await toHold(1);
    expect(await scene.verify(green)).toMatchObject({ recognition: RECOGNITION_RECOGNISED, freshnessLimitSeconds: 86_400 });
    await say(await delta(0, 2), Date.now());
    await expect.poll(() => recognitionOf(green)).toBe(RECOGNITION_SUSPENDED);
    expect(await scene.verify(green)).toMatchObject({ errorCode: 'ATTESTATION_SUSPENDED', status: 0 });
    await say(await delta(0, 0), Date.now());
    await expect.poll(() => recognitionOf(green)).toBe(RECOGNITION_RECOGNISED);
  });

  it('refuses what its issuer lists as invalid, whether or not the ledger has seen why', async () => {
    const unlisted = await scene.green(key, 5);
    expect(await recognitionOf(unlisted)).toBe(RECOGNITION_RECOGNISED);
    await say(await delta(4, 1), Date.now());
    await expect.poll(() => recognitionOf(unlisted)).toBe(RECOGNITION_SUPERSEDED);
  });

  it('gives the whole list, what leads on from a version, and what there is', async () => {
    const list = await get(`/status-lists/${GUIZHOU}/0`);
    expect([list.status, list.headers.get('content-type'), list.headers.get('etag')]).toEqual([200, 'application/statuslist+jwt', '"1"']);
    expect((await fetch(list.url, { headers: { 'if-none-match': '"1"' } })).status).toBe(304);
    const { deltas } = (await (await get(`/status-lists/${GUIZHOU}/0?after=1`)).json()) as { readonly deltas: readonly string[] };
    expect(deltas).toHaveLength(3);
    expect(await (await get('/status-lists')).json()).toMatchObject([{ uri: URI, issuer: GUIZHOU, shard: 0, version, size: 8192, digest: await bits.digest() }]);
    expect((await get('/status-lists/999999/0')).status).toBe(404);
    expect((await get(`/status-lists/${GUIZHOU}/07`)).status).toBe(404);
  });

  it('tells who follows over gRPC, and measures when it applied a change', async () => {
    const client = await scene.client({ role: 'checkpoint', province: BEIJING, name: 'gate-1' });
    const method = serviceDefinition(v1.Checkpoint)['FollowStatusLists']!;
    const call = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
    const told: v1.FollowStatusListsResponse[] = [];
    call.on('data', (message: v1.FollowStatusListsResponse) => told.push(message)).on('error', () => undefined);
    const lists = () => told.flatMap(({ list }) => (list ? [list] : []));
    call.write({ applied: [] });
    await expect.poll(() => lists().length).toBe(4);
    await say(await delta(7, 2), Date.now() - 5);
    await expect.poll(() => lists().length).toBe(5);
    call.write({ applied: [{ uri: URI, version }] });
    const offline = async () => (await (await scene.recognition()).getPropagation({})).provinces[0]?.offlineConnected?.count;
    await expect.poll(offline).toBe(1);
    call.cancel();
    const { provinces } = (await (await get('/propagation')).json()) as { readonly provinces: readonly unknown[] };
    expect(provinces).toMatchObject([{ issuer: GUIZHOU, online: { count: 4 }, offlineConnected: { count: 1 } }]);
  });

  it('tells who follows over HTTP', async () => {
    const gone = new AbortController();
    const events = await fetch(`http://${scene.hub.http}/status-lists/events`, { signal: gone.signal });
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    void (async () => {
      for await (const part of events.body!.pipeThrough(new TextDecoderStream())) text += part;
    })().catch(() => undefined);
    const token = await delta(8, 2);
    await say(token, 17);
    await expect.poll(() => text).toContain(`event: list\ndata: ${JSON.stringify({ issuer: GUIZHOU, token, changedAt: 17 })}\n\n`);
    gone.abort();
  });

  it('takes no word of anybody else, and no earlier one', async () => {
    const before = version;
    const stranger: SigningKey = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    const terms = { ...termsOf(before + 1), ttl: 300 };
    await say(await signStatusList(bits.clone(), terms, stranger));
    await say(await signStatusList(bits.clone(), { ...terms, version: 1 }, key.signing));
    await say('no token');
    await say(await delta(9, 2));
    await toHold(before + 1);
    expect(((await (await get('/status-lists')).json()) as readonly unknown[])).toHaveLength(1);
  });

  it('remembers a suspension over a restart while the province is away', async () => {
    const green = await scene.green(key, 10);
    await expect.poll(() => recognitionOf(green)).toBe(RECOGNITION_SUSPENDED);
    await scene.restart();
    expect(await heldVersion()).toBe(version);
    expect(await recognitionOf(green)).toBe(RECOGNITION_SUSPENDED);
  });

  it('asks for the whole list where it lost the thread', async () => {
    const held = version;
    await delta(11, 2);
    const missed = await delta(12, 2);
    const token = await whole();
    const asked: string[] = [];
    const answering = guizhou.subscribe(statusListRequestSubject(GUIZHOU), {
      callback: (_, message) => {
        asked.push(v1.StatusListRequest.decode(message.data).uri);
        message.respond(v1.StatusListReply.encode({ token }).finish());
      },
    });
    await guizhou.flush();
    await say(missed);
    await toHold(held + 3);
    expect(asked).toEqual([URI]);
    answering.unsubscribe();
  });
});
