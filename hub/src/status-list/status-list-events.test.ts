import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Followers } from './followers.js';
import { StatusListEventsHttp } from './status-list-events.http.js';
import { StatusLists } from './status-lists.js';

/** A connection, as far as it is used. */
class Connection extends EventEmitter {
  readonly written: string[] = [];
  destroyed = false;

  writeHead(): void {
    this.written.push('head');
  }

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}

function scene() {
  const listeners = new Set<(version: number) => void>();
  const packages = { version: 3, onPublished: (listener: (version: number) => void) => (listeners.add(listener), () => undefined) };
  const lists = new StatusLists();
  const events = new StatusListEventsHttp(lists, new Followers({ lists, packages, onApplied: () => undefined }));
  const connection = new Connection();
  events.follow({ hijack: () => undefined, raw: connection as unknown as ServerResponse });
  return { connection, events, publish: (version: number) => { for (const listener of listeners) listener(version); } };
}

afterEach(() => vi.useRealTimers());

describe('StatusListEventsHttp', () => {
  it('tells of the package first, of every next one, and of nothing after the caller has left', () => {
    vi.useFakeTimers();
    const { connection, publish } = scene();
    const told = (version: number): string => `event: package\ndata: {"version":${String(version)}}\n\n`;
    expect(connection.written).toEqual(['head', `retry: 2000\n\n${told(3)}`]);
    publish(4);
    expect(connection.written.at(-1)).toBe(told(4));
    connection.emit('close');
    publish(5);
    expect([connection.written.at(-1), vi.getTimerCount()]).toEqual([told(4), 0]);
  });

  it('keeps no place for a caller who has left before he was answered', () => {
    vi.useFakeTimers();
    const { events, publish } = scene();
    const gone = new Connection();
    gone.destroyed = true;
    const timers = vi.getTimerCount();
    events.follow({ hijack: () => undefined, raw: gone as unknown as ServerResponse });
    publish(4);
    expect([gone.written, vi.getTimerCount()]).toEqual([[], timers]);
  });
});
