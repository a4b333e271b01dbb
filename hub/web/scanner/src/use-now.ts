import { useEffect, useState } from 'react';
import type { Desk } from './desk-state.js';

const EVERY_MS = 5000;

/** The desk's clock, seconds since the epoch, drawn anew every few seconds. */
export function useNow(desk: Desk): number {
  const [now, setNow] = useState(desk.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(desk.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [desk]);
  // What was made since the last tick is not younger than now.
  return Math.max(now, desk.now());
}
