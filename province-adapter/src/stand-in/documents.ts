/** A stored document and its place in the order of changes of its collection. */
export interface StoredDocument<T> {
  readonly id: string;
  readonly body: T;
  /** Grows with every write of this system; unique. */
  readonly sequence: number;
}

/** The documents of one kind of one stand-in. What is found is what was put: nothing else writes there. */
export interface DocumentCollection<T> {
  find(id: string): Promise<T | undefined>;
  put(id: string, body: T): Promise<void>;
  /** Keeps what is there already. */
  putIfAbsent(id: string, body: T): Promise<void>;
  /** One atomic change; `undefined` leaves the document alone. Returns what is stored afterwards. */
  change(id: string, change: (body: T) => T | undefined): Promise<T | undefined>;
  /** In the order of their last change, those after `sequence` only. */
  listAfter(sequence: number, limit: number): Promise<readonly StoredDocument<T>[]>;
}

/** The store of one stand-in. */
export interface Documents {
  collection<T>(name: string): DocumentCollection<T>;
}
