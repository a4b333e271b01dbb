import { CHANGED_AT_HEADER } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { DeliveryGap, MessageSource, type DeliveredMessage } from './message-source.js';

const message = (deliverySequence: number, pending: number): DeliveredMessage => ({
  subject: 'attestation.520000',
  data: new Uint8Array(),
  seq: deliverySequence + 100,
  info: { deliverySequence, pending },
  ack: () => undefined,
});

const sourceOf = (deliverySequences: readonly number[]): MessageSource => {
  const source = new MessageSource(0, deliverySequences.length);
  for (const [position, sequence] of deliverySequences.entries()) source.push(message(sequence, deliverySequences.length - position - 1));
  return source;
};

describe('MessageSource', () => {
  it.each([['1700000000123', 1_700_000_000_123], ['', 0], ['-5', 0], ['1e9', 0], ['9'.repeat(16), 0]])('reads from the header %j that a change was made at %d', async (stated, expected) => {
    const source = new MessageSource(0, 1);
    source.push({ ...message(1, 0), headers: { get: (name) => (name === CHANGED_AT_HEADER ? stated : '') } });
    expect((await source.take(1))?.map(({ changedAt }) => changedAt)).toEqual([expected]);
    expect((await sourceOf([1]).take(1))?.map(({ changedAt }) => changedAt)).toEqual([0]);
  });

  it('gives what is waiting, in order, and no more than asked', async () => {
    const source = sourceOf([1, 2, 3]);
    expect((await source.take(2))?.map(({ streamSequence }) => streamSequence)).toEqual([101, 102]);
    expect((await source.take(2))?.map(({ streamSequence }) => streamSequence)).toEqual([103]);
  });

  it('gives a message to who waits for it', async () => {
    const source = new MessageSource(7, 0);
    const waiting = source.take(500);
    source.push(message(8, 0));
    expect(await waiting).toHaveLength(1);
  });

  it('ends with a failure when a delivered message did not arrive', async () => {
    await expect(sourceOf([1, 3]).take(10)).rejects.toThrow(DeliveryGap);
    await expect(sourceOf([2]).take(10)).rejects.toThrow(DeliveryGap);
  });

  it('counts what has not been taken', async () => {
    const source = sourceOf([1, 2, 3]);
    expect(source.pending).toBe(3);
    await source.take(2);
    expect(source.pending).toBe(1);
    await source.take(2);
    expect(source.pending).toBe(0);
    expect(new MessageSource(0, 9).pending).toBe(9);
  });

  it('ends when stopped, also while somebody waits', async () => {
    const source = new MessageSource(0, 0);
    const waiting = source.take(1);
    source.stop();
    expect(await waiting).toBeUndefined();
    expect(await source.take(1)).toBeUndefined();
  });

  it('ends with the failure it was stopped with', async () => {
    const source = sourceOf([1]);
    source.stop(new RangeError('consumer is gone'));
    await expect(source.take(1)).rejects.toThrow(RangeError);
  });
});
