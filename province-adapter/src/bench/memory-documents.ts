import type { DocumentCollection, Documents, StoredDocument } from '../stand-in/documents.js';

/** A store of a stand-in that lives as long as its process: a benchmark records a few answers and needs no database. */
export function createMemoryDocuments(): Documents {
  const collections = new Map<string, Map<string, StoredDocument<unknown>>>();
  let sequence = 0;
  return {
    collection<T>(name: string): DocumentCollection<T> {
      const stored = (collections.get(name) ?? new Map()) as Map<string, StoredDocument<T>>;
      collections.set(name, stored);
      const write = (id: string, body: T): Promise<void> => {
        sequence += 1;
        stored.set(id, { id, body, sequence });
        return Promise.resolve();
      };
      return {
        find: (id) => Promise.resolve(stored.get(id)?.body),
        put: write,
        putIfAbsent: (id, body) => (stored.has(id) ? Promise.resolve() : write(id, body)),
        change: async (id, change) => {
          const before = stored.get(id)?.body;
          const after = before === undefined ? undefined : change(before);
          if (after !== undefined) await write(id, after);
          return after ?? before;
        },
        listAfter: (after, limit) =>
          Promise.resolve([...stored.values()].filter((document) => document.sequence > after).sort((one, other) => one.sequence - other.sequence).slice(0, limit)),
      };
    },
  };
}
