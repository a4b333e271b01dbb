import { jetstream } from '@nats-io/jetstream';
import { ATTESTATION_STREAM, INGEST_CONSUMER } from '@health-code/messages';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { manageJetStream, resetIngestConsumer } from '../platform/nats.js';
import { FeedSchedule } from './feed.schedule.js';
import { FeedState } from './feed-state.js';
import { FeedStore } from './feed.store.js';
import { NOW, tokenOf } from './ingest.fixture.js';
import { silent, until, useIngestScene } from './ingest-scene.fixture.js';

const scene = useIngestScene();

describe('crashes', () => {
  it('takes redelivered messages without effect when acknowledgements were lost', async () => {
    const first = await scene.startHub();
    for (const sequence of [1, 2, 3]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    await scene.size(3);
    await first.stop();
    await scene.asHub(async (nats) => (await manageJetStream(nats)).consumers.delete(ATTESTATION_STREAM, INGEST_CONSUMER));
    await scene.startHub();
    await scene.publish(await tokenOf(scene.provinces.guizhou, 4));
    await scene.size(4);
    const entries = await scene.ledger.listEntries(0, 10);
    expect(entries.map(({ index, sequence }) => [index, sequence])).toEqual([[0, 1], [1, 2], [2, 3], [3, 4]]);
    await scene.drained();
  });

  it('delivers at once what a dead process had in hand', async () => {
    const dead = await scene.connectHub();
    await resetIngestConsumer(await manageJetStream(dead));
    for (const sequence of [1, 2]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    const consumer = await jetstream(dead).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER);
    expect((await consumer.next())?.seq).toBe(1);
    await dead.close();
    await scene.startHub();
    await scene.size(2);
  });

  it('loses nothing when a delivered message goes elsewhere', async () => {
    const hub = await scene.startHub();
    await until('ingesting', () => hub.ingest.state === 'ingesting');
    const thief = await jetstream(hub.nats).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER);
    const stolen = thief.next({ expires: 5000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const sequence of [1, 2, 3, 4]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    expect(await stolen).not.toBeNull();
    await scene.size(4);
    await scene.drained();
  });

  it('loses nothing when its database sessions are killed while it ingests', async () => {
    const tokens = await Promise.all(Array.from({ length: 300 }, (_, position) => tokenOf(scene.provinces.guizhou, position + 1)));
    const hub = await scene.startHub();
    for (const [position, token] of tokens.entries()) {
      await scene.publish(token);
      if (position % 75 === 30) await scene.read(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hub-ingest'`);
    }
    await scene.size(300);
    const entries = await scene.ledger.listEntries(0, 500);
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, position) => position));
    expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(300);
    expect(hub.feeds.contiguous('520000')).toBe(300);
  });

  it('waits for a database that is down, says so once, and loses nothing', async () => {
    const lines: { readonly level: number; readonly msg: string }[] = [];
    const hub = await scene.startHub(pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) }));
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1));
    await scene.size(1);
    const admin = new pg.Client({ connectionString: inject('DATABASE_URL') });
    await admin.connect();
    const name = new URL(scene.testDatabase.url).pathname.slice(1);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'hub-ingest'`, [name]);
    await until('interrupted', () => hub.ingest.state === 'interrupted');
    await scene.publish(await tokenOf(scene.provinces.guizhou, 2));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(hub.committed).toHaveLength(1);
    // Once for the lost connection, once for the refused new one.
    expect(lines.filter(({ msg }) => msg.startsWith('ingest is interrupted')).length).toBeLessThanOrEqual(2);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
    await scene.size(2);
    await until('told', () => hub.committed.length === 2);
  });

  it('sets a message aside whose row the database refuses, and takes the others of its batch', async () => {
    await scene.read('ALTER TABLE attestation ADD CHECK (sequence <> 2)');
    for (const sequence of [1, 2, 3]) await scene.publish(await tokenOf(scene.provinces.guizhou, sequence));
    const hub = await scene.startHub();
    await scene.size(2);
    await scene.drained();
    expect(await scene.codes()).toEqual(['INGEST_APPEND_REFUSED']);
    expect(hub.committed.map(({ index, claims }) => [index, claims.sequence])).toEqual([[0, 1], [1, 3]]);
    expect(hub.ingest.missing('520000', { ranges: 9, numbers: 9 })).toEqual([{ first: 2, last: 2 }]);
  });

  it('loses nothing when NATS is killed while it ingests', async () => {
    await scene.startHub();
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, position) => tokenOf(scene.provinces.guizhou, position + 1)));
    for (const [position, token] of tokens.entries()) {
      if (position === 40) {
        await scene.broker.kill();
        await scene.broker.restart();
      }
      // As the outbox of an adapter: what is not acknowledged is published again.
      for (let isPublished = false; !isPublished; ) {
        isPublished = await scene.publish(token).then(() => true, () => false);
      }
    }
    await scene.size(100);
    expect((await scene.ledger.listEntries(0, 200)).map(({ sequence }) => sequence)).toEqual(tokens.map((_, position) => position + 1));
  });

  it('lets one of several replicas ingest, and another take over', async () => {
    const first = await scene.startHub();
    await until('first', () => first.ingest.state === 'ingesting');
    const second = await scene.startHub();
    await until('second', () => second.ingest.state === 'standby');
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1));
    await scene.size(1);
    expect(second.committed).toEqual([]);
    await first.ingest.stop();
    await scene.publish(await tokenOf(scene.provinces.guizhou, 2));
    await scene.size(2);
    await until('told', () => second.committed.length === 1);
  });

  it('shares heartbeats between replicas', async () => {
    const first = await scene.startHub();
    const store = new FeedStore(scene.database);
    const heard = new FeedState();
    heard.recordHeartbeat('520000', 1, NOW + 5);
    await scene.publish(await tokenOf(scene.provinces.guizhou, 1));
    await scene.size(1);
    await new FeedSchedule(heard, store, silent).exchange();
    await new FeedSchedule(first.feeds, store, silent).exchange();
    expect(first.feeds.confirmedAt('520000')).toBe(NOW + 5);
  });
});
