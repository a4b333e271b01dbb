import { z } from 'zod';
import type { OfflinePlace } from './offline-place.js';

const DELAYS = z.object({ count: z.number(), medianMs: z.number(), p99Ms: z.number(), maxMs: z.number() });
const PROPAGATION = z.object({ provinces: z.array(z.object({ issuer: z.string(), online: DELAYS, offlineConnected: DELAYS })) });

/** What the hub measured, by province. */
export type MeasuredPropagation = z.infer<typeof PROPAGATION>['provinces'];

/** 传播时间 as the hub measured it since its start, at most of the last quarter of an hour. */
export async function readPropagation({ addresses }: OfflinePlace): Promise<MeasuredPropagation> {
  return PROPAGATION.parse(await (await fetch(`http://${addresses.hub.http}/propagation`)).json()).provinces;
}

const inWords = ({ count, medianMs, p99Ms, maxMs }: z.infer<typeof DELAYS>): string =>
  count === 0 ? 'nothing measured' : `${String(count)} changes, median ${medianMs.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, longest ${maxMs.toFixed(0)} ms`;

/** Two lines a province. */
export const propagationInWords = (provinces: MeasuredPropagation): string =>
  provinces.map(({ issuer, online, offlineConnected }) => `${issuer} until the hub answers by it: ${inWords(online)}\n${issuer} until a following gate does: ${inWords(offlineConnected)}`).join('\n');
