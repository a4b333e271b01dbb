/** What is wrong with the hub's own package before a checkpoint can notice. */
export interface PackageAlarm {
  readonly code: 'PACKAGE_OVERDUE' | 'PACKAGE_ROOT_EXPIRING' | 'PACKAGE_ROOT_REFUSED';
  /** When the last good version was made, when the root ends, or when it was looked at; seconds since the epoch. */
  readonly at: number;
}

/** What is looked at. Times in seconds since the epoch. */
export interface WatchedPackage {
  /** 0 before the first version. */
  readonly madeAt: number;
  readonly rootExpiresAt: number;
  /** Key and roots on disk are not what they were to be; those read before are used on. */
  readonly isRootRefused: boolean;
  readonly intervalMs: number;
  /** When the hub began to publish. */
  readonly startedAt: number;
}

/** Intervals without a new version after which somebody has to look. */
const OVERDUE_INTERVALS = 3;

/** Before the end of the root: who holds its keys has to be found, and two of them may be away. Seconds. */
const ROOT_NOTICE = 30 * 86_400;

/** 自检: whether the package is signed anew as it should be. `now` in seconds since the epoch. */
export function findPackageAlarms({ madeAt, rootExpiresAt, isRootRefused, intervalMs, startedAt }: WatchedPackage, now: number): readonly PackageAlarm[] {
  const alarms: PackageAlarm[] = [];
  const since = Math.max(madeAt, startedAt);
  if ((now - since) * 1000 > OVERDUE_INTERVALS * intervalMs) alarms.push({ code: 'PACKAGE_OVERDUE', at: madeAt });
  if (rootExpiresAt - now < ROOT_NOTICE) alarms.push({ code: 'PACKAGE_ROOT_EXPIRING', at: rootExpiresAt });
  if (isRootRefused) alarms.push({ code: 'PACKAGE_ROOT_REFUSED', at: now });
  return alarms;
}
