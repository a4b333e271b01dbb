import { styleText } from 'node:util';
import type { Province } from '@health-code/attestation';
import type { RunKit } from './conform.js';
import { runConformance } from './conformance.js';

/** How the kit is run for a province. */
export interface KitOptions {
  readonly province: Province;
  /** Origin of the local system under test; the stand-in of its folder where absent. */
  readonly localSystem?: string;
  /** conformance.yaml; found by the province's slug where absent. */
  readonly fixture?: string;
  /** Folder in which an adapter that is started by hand finds its settings. */
  readonly settings?: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The kit for {@link conform}: each check that failed is said as it happens, with what was sent, what came and what to do. */
export const kitOf = (options: KitOptions): RunKit => async (getChallenge) => {
  const { say } = options;
  const { report } = await runConformance({
    ...options,
    environment: process.env,
    getChallenge,
    onProgress: (_played, _all, results) => {
      for (const { id, outcome, title, detail, sent, came, expected, advice } of results) {
        if (outcome !== 'failed') continue;
        say(`${styleText('red', '✗')} ${id}: ${title}\n    ${detail}\n    sent: ${sent}\n    came: ${came}\n    expected: ${expected}\n    ${advice}`);
      }
    },
  });
  return report;
};
