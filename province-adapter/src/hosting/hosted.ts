/** One province's service, an adapter or a stand-in, inside a process that may hold others. */
export interface Hosted {
  /** Resolves with `host:port` once the service is ready, with undefined when it was stopped before. Rejects when it cannot be started. */
  readonly ready: Promise<string | undefined>;
  /** Ends it cleanly, whatever it is waiting for. */
  stop(): Promise<void>;
}

/** The settings of one service, as a process of its own would have them in its environment. */
export type Settings = Readonly<Record<string, string | undefined>>;
