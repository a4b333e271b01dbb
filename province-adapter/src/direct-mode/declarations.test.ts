import { describe, expect, it } from 'vitest';
import type { DocumentCollection, Documents } from '../stand-in/documents.js';
import { levelsOf, MemoryRun } from './memory-run.fixture.js';

/** Documents of which one collection does something once, between a declaration's being kept and what follows from it. */
function afterPut(documents: Documents, name: string, act: () => Promise<void>): Documents {
  return {
    collection<T>(each: string): DocumentCollection<T> {
      const collection = documents.collection<T>(each);
      if (each !== name) return collection;
      return { ...collection, put: async (id, body) => { await collection.put(id, body); await act(); } };
    },
  };
}

describe('a declaration of health', () => {
  it('does not overwrite what a trip declared at the same time made of the person', async () => {
    let between = async (): Promise<void> => undefined;
    const run = new MemoryRun({}, (documents) => afterPut(documents, 'declaration', () => between()));
    run.levels = levelsOf(['130102', '2022-03-10', 'high']);
    await run.settleDue();
    const who = run.declarants.next();
    await run.declareHealth(who);
    expect(await run.statusOf(who)).toBe('00');
    between = async () => {
      await run.declareTrip(who, '130102', '2022-03-12');
      expect(await run.statusOf(who)).toBe('10');
    };
    await run.declareHealth(who);
    expect(await run.statusOf(who)).toBe('10');
  });
});
