import type { v1 } from '@health-code/messages';
import type { Caller } from '../identity/caller.js';

/** What is published on {@link CANARY_SHOWN}: who showed a canary's code, by the certificate of the connection, and what they were told. */
export interface CanaryShown {
  readonly caller: Caller;
  /** As scanned. */
  readonly code: Uint8Array;
  readonly verdict: v1.Verdict.$Properties;
}

/** Diagnostics channel of answered canaries: what recognition is measured by. Nobody is meant by a canary's code, so that nothing about a person is told here. */
export const CANARY_SHOWN = 'health-code.hub.canary-shown';
