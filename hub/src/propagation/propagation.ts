import { DelayWindow, WINDOW_SECONDS, type DelaySummary } from './delay-window.js';

/** 传播时间 of one province's changes. */
export interface ProvincePropagation {
  /** GB/T 2260 code. */
  readonly issuer: string;
  /** Until the hub answers by a change. */
  readonly online: DelaySummary;
  /** Until a connected checkpoint that verifies by itself answers by it. */
  readonly offlineConnected: DelaySummary;
}

/** What was measured, at one moment. */
export interface PropagationReport {
  /** Seconds since the epoch. */
  readonly generatedAt: number;
  readonly windowSeconds: number;
  readonly provinces: readonly ProvincePropagation[];
}

interface Windows {
  readonly online: DelayWindow;
  readonly offlineConnected: DelayWindow;
}

/**
 * Measures how long a province's change takes to show in answers, from the moment it was made by the province's own clock. In
 * memory, in each replica for what that replica did; nothing in it is about a person or a place.
 */
export class Propagation {
  readonly #byIssuer = new Map<string, Windows>();
  readonly #now: () => number;

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The hub answers by a change from now on. `changedAt` in milliseconds since the epoch; 0, which says that nothing changed, is passed over. */
  recordOnline(issuer: string, changedAt: number): void {
    this.#record(issuer, 'online', changedAt);
  }

  /** A checkpoint says that it answers by it. */
  recordOffline(issuer: string, changedAt: number): void {
    this.#record(issuer, 'offlineConnected', changedAt);
  }

  /** What was measured, by province in the order of their codes. */
  read(): PropagationReport {
    const now = this.#now();
    const provinces = [...this.#byIssuer]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([issuer, { online, offlineConnected }]) => ({ issuer, online: online.summarise(now), offlineConnected: offlineConnected.summarise(now) }));
    return { generatedAt: Math.floor(now / 1000), windowSeconds: WINDOW_SECONDS, provinces };
  }

  #record(issuer: string, way: keyof Windows, changedAt: number): void {
    if (!(changedAt > 0)) return;
    const now = this.#now();
    let windows = this.#byIssuer.get(issuer);
    if (windows === undefined) {
      windows = { online: new DelayWindow(), offlineConnected: new DelayWindow() };
      this.#byIssuer.set(issuer, windows);
    }
    windows[way].record(now - changedAt, now);
  }
}
