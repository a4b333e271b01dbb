import { findPolicyInForce, type RegionalPolicy } from '@health-code/attestation';

/** What a verdict names of the regional rule it follows, and until when. Seconds since the epoch. */
export type PolicyInForce = Pick<RegionalPolicy, 'id' | 'version' | 'effectiveFrom' | 'effectiveUntil'>;

/**
 * 互认政策 in memory: the approved regional rules, so that no verdict waits for the database. Replaced as a whole after each
 * committed change, by this replica or by another one.
 */
export class PolicyRegister {
  #approved: readonly RegionalPolicy[] = [];
  #byReceiver: ReadonlyMap<string, readonly RegionalPolicy[]> = new Map();

  /**
   * The stricter regional rule that codes of `issuer` meet in `receiver`; undefined where the national floor holds.
   *
   * @param now seconds since the epoch
   */
  findStricter(receiver: string, issuer: string, now: number): RegionalPolicy | undefined {
    // One look into a small map in a country without regional rules, which is the usual one.
    const policies = this.#byReceiver.get(receiver);
    return policies === undefined ? undefined : findPolicyInForce(policies, receiver, issuer, now);
  }

  /**
   * Whether `receiver` recognises `issuer` by agreement at `now`, seconds since the epoch: by the national floor everybody
   * recognises everybody else, and a regional rule restricts what follows, not the recognition.
   */
  isDeclared(receiver: string, issuer: string, now: number): boolean {
    return receiver !== issuer && Number.isFinite(now);
  }

  /** Every approved regional rule, those that have ended included. */
  approved(): readonly RegionalPolicy[] {
    return this.#approved;
  }

  /** Puts `approved` in the place of everything known so far. */
  replace(approved: readonly RegionalPolicy[]): void {
    const byReceiver = new Map<string, RegionalPolicy[]>();
    for (const policy of approved) byReceiver.set(policy.receiver, [...(byReceiver.get(policy.receiver) ?? []), policy]);
    this.#byReceiver = byReceiver;
    this.#approved = approved;
  }
}
