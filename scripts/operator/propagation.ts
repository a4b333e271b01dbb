import type { v1 } from '@health-code/messages';
import { isoTime, printTable, provinceInWords, spanInWords } from '../access/words.js';

const HEAD = ['province', 'way', 'measured', 'median', 'p99', 'longest'] as const;

const ms = (value: number | null | undefined): string => `${(value ?? 0).toFixed(1)} ms`;

function cells(issuer: string, way: string, delay: v1.IDelay | null | undefined): readonly string[] {
  const count = delay?.count ?? 0;
  return [issuer, way, String(count), ...(count === 0 ? ['–', '–', '–'] : [ms(delay?.medianMs), ms(delay?.p99Ms), ms(delay?.maxMs)])];
}

/** 传播时间 for a terminal: from a province's change, by its own clock, to the hub's answer and to that of checkpoints that verify by themselves. */
export function printPropagation({ generatedAt, windowSeconds, provinces }: v1.IGetPropagationResponse): string {
  const rows = (provinces ?? []).flatMap(({ issuer, online, offlineConnected }) => {
    const name = provinceInWords(issuer ?? '');
    return [cells(name, '在线 online', online), cells(name, '离线已连接 offline, connected', offlineConnected)];
  });
  const looked = `the last ${spanInWords(windowSeconds ?? 0)} before ${isoTime(generatedAt)}, by this hub`;
  return rows.length === 0 ? `no change was measured in ${looked}` : `${printTable([HEAD, ...rows])}\n${looked}`;
}

const delayObject = (delay: v1.IDelay | null | undefined): Record<string, number> => ({
  count: delay?.count ?? 0, medianMs: delay?.medianMs ?? 0, p99Ms: delay?.p99Ms ?? 0, maxMs: delay?.maxMs ?? 0,
});

/** The same for machines: `{generatedAt, windowSeconds, provinces}`. */
export const propagationObject = ({ generatedAt, windowSeconds, provinces }: v1.IGetPropagationResponse): Record<string, unknown> => ({
  generatedAt: isoTime(generatedAt),
  windowSeconds,
  provinces: (provinces ?? []).map(({ issuer, online, offlineConnected }) => ({ issuer, online: delayObject(online), offlineConnected: delayObject(offlineConnected) })),
});
