import { describe, expect, it } from 'vitest';
import { ReplayWindow } from './replay-window.js';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

describe('ReplayWindow', () => {
  it('admits a reply key once', () => {
    const window = new ReplayWindow(10);
    expect(window.admit(key(1), 1000, 0)).toBe(true);
    expect(window.admit(key(2), 1000, 0)).toBe(true);
    expect(window.admit(key(1), 1000, 0)).toBe(false);
  });

  it('keeps a key up to its time, and forgets it after', () => {
    const window = new ReplayWindow(10);
    window.admit(key(1), 1000, 0);
    expect(window.admit(key(1), 2000, 1000)).toBe(false);
    expect(window.admit(key(1), 2000, 1001)).toBe(true);
  });

  it('refuses what it cannot tell apart, and admits again once keys were forgotten', () => {
    const window = new ReplayWindow(2);
    window.admit(key(1), 1000, 0);
    window.admit(key(2), 1000, 0);
    expect(window.admit(key(3), 1000, 0)).toBe(false);
    expect(window.admit(key(3), 3000, 1001)).toBe(true);
  });

  it('tells apart keys whose bytes are no text', () => {
    const window = new ReplayWindow(10);
    expect(window.admit(key(0xff), 1000, 0)).toBe(true);
    expect(window.admit(key(0xfe), 1000, 0)).toBe(true);
  });
});
