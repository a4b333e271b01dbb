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

/** What the hub reads when it starts and never again: its certificate and its NATS user, both of this name, and the authorities. */
const READ_BY_HUB = ['hub', 'web', 'member-ca', 'operator-ca', 'server-ca'];

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Makes certificates and NATS users anew that have less than a third of their time left, each time it is called. Adapters and checkpoints
 * read their files again by themselves; the hub is started again, and answers nobody for the seconds that takes. Never rejects: what
 * failed, the hub's start included, is tried again the next time.
 */
export function createRenewal({ pki, nats, restart, announce }: RenewalParts): () => Promise<void> {
  let isHubDue = false;
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      announce(`could not ${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  return async () => {
    const certificates = await attempt('make certificates anew', () => pki.renew());
    const users = await attempt('make NATS users anew', () => nats().renewUsers());
    const renewed = new Set([...(certificates ?? []), ...(users ?? [])]);
    if (renewed.size > 0) announce(`made anew what was about to expire: ${[...renewed].join(', ')}`);
    isHubDue ||= READ_BY_HUB.some((name) => renewed.has(name));
    if (!isHubDue) return;
    await attempt('start the hub again', async () => {
      await restart('hub');
      isHubDue = false;
    });
  };
}

/** Renews every hour until it is told to stop. Keeps no process alive. */
export function renewOnSchedule(parts: RenewalParts): () => void {
  const renew = createRenewal(parts);
  const timer = setInterval(() => void renew(), EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
