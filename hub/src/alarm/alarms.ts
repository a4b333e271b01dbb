/** What somebody has to look at before a checkpoint notices; docs/operations.md says of each what to do. */
export type AlarmCode = 'STATUS_LIST_OVERDUE' | 'PACKAGE_OVERDUE' | 'PACKAGE_ROOT_EXPIRING' | 'PACKAGE_ROOT_REFUSED';

/** Something that is not as it must be, now. */
export interface Alarm {
  readonly code: AlarmCode;
  /** What it is about: the URI of a list, or the package. */
  readonly about: string;
  /** GB/T 2260 code of the province whose concern it is; absent where it is the hub's own. */
  readonly province?: string;
  /** When it was last as it must be, or when it ends; seconds since the epoch, 0 = never. */
  readonly at: number;
}

/** An alarm that stands, and since when. */
export interface StandingAlarm extends Alarm {
  /** Seconds since the epoch. */
  readonly since: number;
}

/** One that watches something; asked in every round. */
export type AlarmSource = () => readonly Alarm[];

/** What {@link Alarms} work with. */
export interface AlarmsParts {
  readonly sources: readonly AlarmSource[];
  /** Told once when it begins. */
  readonly onRaised: (alarm: Alarm) => void;
  /** Told once when it is over. */
  readonly onCleared: (alarm: StandingAlarm) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

const keyOf = ({ code, about }: Alarm): string => `${code} ${about}`;

/** 告警: what stands now, each told once when it begins and once when it is over. */
export class Alarms {
  readonly #parts: AlarmsParts;
  #standing = new Map<string, StandingAlarm>();

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
  }

  /** One round. */
  look(): void {
    const { sources, onRaised, onCleared, now } = this.#parts;
    const found = new Map(sources.flatMap((source) => source()).map((alarm) => [keyOf(alarm), alarm]));
    const before = this.#standing;
    this.#standing = new Map([...found].map(([key, alarm]) => [key, { ...alarm, since: before.get(key)?.since ?? now() }]));
    for (const [key, alarm] of found) if (!before.has(key)) onRaised(alarm);
    for (const [key, alarm] of before) if (!found.has(key)) onCleared(alarm);
  }

  /** What stands, the oldest first. */
  standing(): readonly StandingAlarm[] {
    return [...this.#standing.values()].sort((one, other) => one.since - other.since);
  }
}
