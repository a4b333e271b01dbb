import { v1 } from './messages.js';

/** How every canary's code begins; no province may claim it. */
export const CANARY_BEGINNING = 'urn:cn:healthcode:canary:';

const NAMES = {
  [v1.Canary.CANARY_GREEN]: 'green',
  [v1.Canary.CANARY_YELLOW]: 'yellow',
  [v1.Canary.CANARY_RED]: 'red',
  [v1.Canary.CANARY_SUPERSEDED]: 'superseded',
  [v1.Canary.CANARY_EXPIRED]: 'expired',
  [v1.Canary.CANARY_MALFORMED]: 'malformed',
} as const;

/** Names of the canaries every adapter exposes. */
export type CanaryName = (typeof NAMES)[keyof typeof NAMES];

/** All of them, in the order of the enum. */
export const CANARIES: readonly { readonly canary: keyof typeof NAMES; readonly name: CanaryName }[] = Object.entries(NAMES).map(
  ([canary, name]) => ({ canary: Number(canary), name }),
);

/** 探测码: the code that a checkpoint shows to ask about a canary of province `code`. */
export const canaryCode = (code: string, name: CanaryName): string => `${CANARY_BEGINNING}${code}:${name}`;

/** The canary of a scanned text; undefined for every other text. */
export function parseCanaryCode(text: string): { readonly province: string; readonly name: CanaryName } | undefined {
  if (!text.startsWith(CANARY_BEGINNING)) return undefined;
  const [province = '', word = '', ...more] = text.slice(CANARY_BEGINNING.length).split(':');
  const name = CANARIES.find((canary) => canary.name === word)?.name;
  return name === undefined || more.length > 0 || !/^[1-9][0-9]{5}$/.test(province) ? undefined : { province, name };
}
