import { resendSubject, v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { bytesOf, NOW, tokenOf } from './ingest.fixture.js';
import { GUIZHOU_SUBJECT, silent, until, useIngestScene, type Hub } from './ingest-scene.fixture.js';
import { ResendPublisher } from './resend.publisher.js';
import { ResendSchedule } from './resend.schedule.js';

const scene = useIngestScene();

describe('refilling', () => {
  const schedule = (hub: Hub): ResendSchedule => {
    const publisher = new ResendPublisher(hub.nats, 500);
    const { ingest, feeds } = hub;
    const ports = {
      issuers: () => feeds.snapshot().map(({ issuer }) => issuer),
      missing: ingest.missing.bind(ingest),
      caughtUpAt: ingest.caughtUpAt.bind(ingest),
      request: publisher.request.bind(publisher),
    };
    return new ResendSchedule(ports, silent, () => scene.clock);
  };

  /** A province's adapter, as far as resending goes. */
  const answerResends = (tokens: ReadonlyMap<number, string>): v1.ISequenceRange[][] => {
    const asked: v1.ISequenceRange[][] = [];
    scene.guizhou.subscribe(resendSubject('520000'), {
      callback: (_, message) => {
        const { ranges } = v1.ResendRequest.decode(message.data);
        asked.push(ranges.map(({ first, last }) => ({ first: first ?? 0, last: last ?? 0 })));
        let published = 0;
        for (const { first, last } of asked.at(-1) ?? []) {
          for (let sequence = first ?? 0; sequence <= (last ?? 0); sequence += 1) {
            scene.guizhou.publish(GUIZHOU_SUBJECT, bytesOf(tokens.get(sequence) ?? ''));
            published += 1;
          }
        }
        message.respond(v1.ResendReply.encode({ published }).finish());
      },
    });
    return asked;
  };

  const round = async (resends: ResendSchedule): Promise<void> => {
    scene.clock += 1000;
    await resends.askForMissing();
  };

  it('asks the province for a hole and for a lost tail, and is complete again', async () => {
    const hub = await scene.startHub();
    const tokens = new Map<number, string>();
    for (const sequence of [1, 2, 3, 4, 5, 6]) tokens.set(sequence, await tokenOf(scene.provinces.guizhou, sequence));
    for (const sequence of [1, 4]) await scene.publish(tokens.get(sequence) ?? '');
    await scene.size(2);
    await until('told', () => hub.feeds.highest('520000') === 4);
    hub.feeds.recordHeartbeat('520000', 6, NOW + 1);
    const asked = answerResends(tokens);
    await scene.guizhou.flush();
    const resends = schedule(hub);
    await round(resends);
    expect(asked).toEqual([]);
    await round(resends);
    await scene.size(6);
    expect(asked).toEqual([[{ first: 2, last: 3 }, { first: 5, last: 6 }]]);
    await until('complete', () => hub.feeds.contiguous('520000') === 6);
    expect(hub.feeds.confirmedAt('520000')).toBe(NOW + 1);
  });

  it('asks again for what a clock ten minutes ahead had signed, until it is acceptable', async () => {
    const hub = await scene.startHub();
    const tokens = new Map([[1, await tokenOf(scene.provinces.guizhou, 1, { issuedAt: NOW + 600 })]]);
    await scene.publish(tokens.get(1) ?? '');
    await until('set aside', async () => (await scene.codes()).length === 1);
    hub.feeds.recordHeartbeat('520000', 1, NOW);
    answerResends(tokens);
    await scene.guizhou.flush();
    const resends = schedule(hub);
    for (let rounds = 0; rounds < 4; rounds += 1) await round(resends);
    expect(await scene.ledger.size()).toBe(0);
    scene.clock += 600_000;
    await round(resends);
    await scene.size(1);
    expect(await scene.codes()).toEqual(['ATTESTATION_ISSUED_IN_FUTURE']);
  });

  it('parks a province that is down and asks less and less often', async () => {
    const hub = await scene.startHub();
    await until('ingesting', () => hub.ingest.state === 'ingesting');
    hub.feeds.recordHeartbeat('520000', 3, NOW);
    let requests = 0;
    const publisher = new ResendPublisher(hub.nats, 500);
    await expect(publisher.request('520000', [{ first: 1, last: 3 }])).rejects.toMatchObject({ code: 'ADAPTER_UNREACHABLE' });
    const resends = new ResendSchedule(
      {
        issuers: () => ['520000'],
        missing: hub.ingest.missing.bind(hub.ingest),
        caughtUpAt: hub.ingest.caughtUpAt.bind(hub.ingest),
        request: (issuer, ranges) => {
          requests += 1;
          return publisher.request(issuer, ranges);
        },
      },
      silent,
      () => scene.clock,
    );
    for (let rounds = 0; rounds < 120; rounds += 1) await round(resends);
    // After 1 s, 1 s, 2, 4, 8, 16 and then every 30.
    expect(requests).toBeGreaterThanOrEqual(6);
    expect(requests).toBeLessThanOrEqual(9);
  });
});
