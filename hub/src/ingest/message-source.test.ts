import type { JsMsg } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { DeliveryGap, MessageSource } from './message-source.js';

const message = (deliverySequence: number, pending = 0): JsMsg =>
  ({ subject: 'attestation.520000', data: new Uint8Array(), seq: deliverySequence + 100, info: { deliverySequence, pending }, ack: () => undefined }) as unknown as JsMsg;

/** Delivers `messages`, notes how many were taken, and never ends by itself. */
async function* deliver(messages: readonly JsMsg[], taken: { count: number } = { count: 0 }): AsyncGenerator<JsMsg> {
  for (const each of messages) {
    taken.count += 1;
    yield each;
  }
  await new Promise(() => undefined);
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('MessageSource', () => {
  it('gives what is waiting, in order, and no more than asked', async () => {
    const source = new MessageSource(deliver([1, 2, 3].map((sequence) => message(sequence))), 0, 3);
    await settle();
    expect((await source.take(2))?.map(({ streamSequence }) => streamSequence)).toEqual([101, 102]);
    expect((await source.take(2))?.map(({ streamSequence }) => streamSequence)).toEqual([103]);
  });

  it('ends with a failure when a delivered message did not arrive', async () => {
    const source = new MessageSource(deliver([message(1), message(3)]), 0, 2);
    await settle();
    await expect(source.take(10)).rejects.toThrow(DeliveryGap);
  });

  it('reads no further while too much is waiting', async () => {
    const taken = { count: 0 };
    const source = new MessageSource(deliver(Array.from({ length: 5000 }, (_, position) => message(position + 1, 4999 - position)), taken), 0, 5000);
    await settle();
    expect(taken.count).toBe(1000);
    expect(source.pending).toBe(5000);
    await source.take(500);
    await settle();
    expect(taken.count).toBe(1500);
  });

  it('ends when stopped, also while somebody waits', async () => {
    const source = new MessageSource(deliver([]), 0, 0);
    const waiting = source.take(1);
    source.stop();
    expect(await waiting).toBeUndefined();
    expect(await source.take(1)).toBeUndefined();
  });
});
