import type { Nats } from './nats.js';
import type { Pki } from './pki.js';

/** What is renewed, and who must be started again for it. */
export interface RenewalParts {
  readonly pki: Pick<Pki, 'renew'>;
  /** The broker, as it was started last. */
  readonly nats: () => Pick<Nats, 'renewUsers'>;
  readonly restart: (name: 'hub') => Promise<void>;
  /** Told what happens, one line each. */
  readonly announce: (line: string) => void;
}

const EVERY_MS = 60 * 60 * 1000;

/**
 * Makes certificates and NATS users anew that have less than a third of their time left. Adapters and checkpoints read their
 * files again by themselves; the hub is started again, which loses nothing. Never rejects: the next hour tries again.
 */
export async function renewOnce({ pki, nats, restart, announce }: RenewalParts): Promise<void> {
  try {
    const renewed = new Set([...(await pki.renew()), ...(await nats().renewUsers())]);
    if (renewed.size === 0) return;
    announce(`made anew what was about to expire: ${[...renewed].join(', ')}`);
    if (['hub', 'member-ca', 'operator-ca', 'server-ca'].some((name) => renewed.has(name))) await restart('hub');
  } catch (error) {
    announce(`could not make anew what is about to expire: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Renews every hour until it is told to stop. Keeps no process alive. */
export function renewOnSchedule(parts: RenewalParts): () => void {
  const timer = setInterval(() => void renewOnce(parts), EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
