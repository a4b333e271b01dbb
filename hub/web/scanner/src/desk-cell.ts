import type { DeskState } from './desk-state.js';
import { isSoundRemembered } from './settings.js';

/** Changes of the state; `undefined` takes a member away. */
export type DeskChanges = { readonly [Key in keyof DeskState]?: DeskState[Key] | undefined };

/** Holds the page's state and tells who looks at it when it changes. */
export class DeskCell {
  readonly #listeners = new Set<() => void>();
  #state: DeskState = {
    phase: 'opening',
    place: { province: '', checkpointClass: 'general' },
    isOnline: navigator.onLine,
    isUpdating: false,
    clock: 'ok',
    waiting: 0,
    isSoundOn: isSoundRemembered(),
    hasNewVersion: false,
  };

  get state(): DeskState {
    return this.#state;
  }

  change(changes: DeskChanges): void {
    const next = Object.fromEntries(Object.entries({ ...this.#state, ...changes }).filter(([, value]) => value !== undefined)) as unknown as DeskState;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
