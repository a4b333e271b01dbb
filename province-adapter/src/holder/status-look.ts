import type { HealthStatus } from '@health-code/attestation';

/** What a page says of somebody: a status, or why there is none. */
export type ShownStatus = HealthStatus | 'none';

/** How a status looks: never by colour alone. */
export interface StatusLook {
  /** Class of the style sheets. */
  readonly name: 'green' | 'yellow' | 'red' | 'grey';
  readonly shape: string;
  readonly zh: string;
  readonly en: string;
}

/** The page draws these from the signed status; the code holds none of it. */
export const STATUS_LOOKS: Readonly<Record<ShownStatus, StatusLook>> = {
  '00': { name: 'green', shape: '●', zh: '绿码', en: 'GREEN' },
  '01': { name: 'yellow', shape: '▲', zh: '黄码', en: 'YELLOW' },
  '10': { name: 'red', shape: '■', zh: '红码', en: 'RED' },
  none: { name: 'grey', shape: '–', zh: '无状态', en: 'NO STATUS' },
};
