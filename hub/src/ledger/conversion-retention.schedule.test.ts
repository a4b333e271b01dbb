import { describe, expect, it } from 'vitest';
import { ConversionRetentionSchedule, RETENTION_BATCH } from './conversion-retention.schedule.js';

const NOW = 1_700_000_000;

function scheduleOver(batches: readonly (number | Error)[]) {
  const asked: number[][] = [];
  const logged: unknown[] = [];
  const log = { info: (fields: unknown) => { logged.push(fields); }, warn: (fields: unknown) => { logged.push(fields); } };
  const conversions = {
    deleteExpired: (...question: number[]) => {
      const batch = batches[asked.push(question) - 1] ?? 0;
      return batch instanceof Error ? Promise.reject(batch) : Promise.resolve(batch);
    },
  };
  return { schedule: new ConversionRetentionSchedule(conversions, 3_600_000, log, () => NOW * 1000), asked, logged };
}

describe('ConversionRetentionSchedule', () => {
  it('deletes in batches what expired before the retention, and logs how many and nothing else', async () => {
    const { schedule, asked, logged } = scheduleOver([RETENTION_BATCH, RETENTION_BATCH, 7]);
    await schedule.deleteExpired();
    expect(asked).toEqual(Array.from({ length: 3 }, () => [NOW - 3600, NOW, RETENTION_BATCH]));
    expect(logged).toEqual([{ deleted: 2 * RETENTION_BATCH + 7 }]);
  });

  it('begins at once, and says nothing where there is nothing', async () => {
    const { schedule, asked, logged } = scheduleOver([]);
    schedule.start();
    await schedule.stop();
    expect([asked.length, logged]).toEqual([1, []]);
  });

  it('ends after the batch under way', async () => {
    const { schedule, asked } = scheduleOver(Array.from({ length: 9 }, () => RETENTION_BATCH));
    schedule.start();
    await schedule.stop();
    expect(asked).toHaveLength(1);
  });

  it('outlives a database that is away', async () => {
    const { schedule, logged } = scheduleOver([RETENTION_BATCH, new Error('away')]);
    await schedule.deleteExpired();
    expect(logged).toHaveLength(2);
    expect(logged[1]).toEqual({ deleted: RETENTION_BATCH });
  });
});
