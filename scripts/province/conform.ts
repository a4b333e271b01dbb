import { createHash } from 'node:crypto';
import { importSigningKey, shortcomingsOf, signConformanceReport, type ConformanceReport } from '@health-code/attestation';
import { CommandError, CommandLineError } from '../access/command-error.js';
import { replaceFile } from '../access/replace-file.js';
import { isoTime } from '../access/words.js';
import { keysFor, readKeyFile } from './key-file.js';
import { asProvince, nextStep } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** Runs the kit; `getChallenge` is asked for the hub's nonce when the suite was played. */
export type RunKit = (getChallenge: () => Promise<string>) => Promise<ConformanceReport>;

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A timer takes no longer; longer waits are made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** "30d" in milliseconds. @throws CommandLineError */
export function parseInterval(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const interval = Number(number) * (UNITS[unit] ?? 0);
  if (!(interval > 0)) throw new CommandLineError('--every is a number with its unit: 30d, 12h, 90m');
  return interval;
}

/** Resolves after `ms`, or at once when `stop` is aborted. */
export async function waitUnlessStopped(ms: number, stop: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !stop.aborted; left -= LONGEST_TIMER_MS) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER_MS));
      stop.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }
}

/**
 * 符合性测试. Runs the kit, has the report signed by the key in use, submits it and keeps the badge. A report that earns no badge is
 * kept for reading and not submitted. Repeated, everything is examined anew: a report is about an adapter as it is now.
 */
export async function conform(home: ProvinceHome, runKit: RunKit): Promise<StepReport> {
  const { files } = home;
  const set = readKeyFile(files.keys);
  const [signing] = set === undefined ? [] : keysFor('sig', set);
  if (signing === undefined) throw new CommandError(`${files.keys} has no signing key`, 'Make keys and have them accepted first: npm run province -- keys');
  const key = await importSigningKey(signing);
  return asProvince(home, async ({ membership }) => {
    const report = await runKit(async () => (await membership.getChallenge({})).challenge);
    replaceFile(files.report, `${JSON.stringify(report, undefined, 2)}\n`);
    const shortcomings = shortcomingsOf(report);
    const counts = { passed: countOf(report, 'passed'), failed: countOf(report, 'failed'), skipped: countOf(report, 'skipped') };
    const summary = `${String(counts.passed)} checks passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped; adapter ${report.adapterVersion}, suite ${report.suiteVersion}: ${files.report}`;
    if (shortcomings.length > 0) {
      throw new CommandError([summary, ...shortcomings.map((sentence) => `  ${sentence}`)].join('\n'), 'Mend the adapter, or its conformance.yaml, and repeat the step; docs/conformance.md explains each check. Nothing was submitted.');
    }
    const signed = await signConformanceReport(report, key);
    replaceFile(files.signedReport, signed);
    const { badge, expiresAt } = await membership.submitConformance({ report: signed });
    replaceFile(files.badge, badge);
    return {
      did: [summary, `Badge until ${isoTime(expiresAt)}: ${files.badge}`],
      next: await nextStep(membership, home),
      facts: { ...counts, adapterVersion: report.adapterVersion, suiteVersion: report.suiteVersion, badgeExpiresAt: isoTime(expiresAt), badgeSha256: createHash('sha256').update(badge).digest('hex') },
    };
  });
}

const countOf = ({ checks }: ConformanceReport, outcome: ConformanceReport['checks'][number]['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
