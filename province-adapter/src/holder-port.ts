import type { IdentityDocument } from '@health-code/attestation';
import type { LocalAnswer } from './local-answer.js';
import type { CodeForm, DeclaringAgent } from './national-code-port.js';

/** How a person is known who opens the page of a holder, and whose codes that person may show. A port of ours. */
export interface HolderPort {
  /** Whether somebody is who they say; nothing tells which part was wrong. */
  logIn(who: HolderLogin): Promise<boolean>;
  /** The person first, then those the person acts for (代办) or did until lately. */
  readFamily(subjectReference: string): Promise<readonly FamilyMember[]>;
}

/** As declared. */
export interface HolderLogin {
  readonly document: IdentityDocument;
  readonly subjectReference: string;
  readonly name: string;
  readonly phone: string;
}

/** Somebody whose code one phone holds. */
export interface FamilyMember {
  readonly subjectReference: string;
  /** What the agent is to the member, in the agent's word; `self` for the person. */
  readonly relationship: DeclaringAgent['relationship'] | 'self';
  /** 脱敏姓名; empty where what the local system gives is none. */
  readonly maskedName: string;
  /** What is stated now; absent where the right to show it has ended. */
  readonly answer?: LocalAnswer;
  readonly endedBecause?: 'declaration-ended' | 'declared-alone';
  /** What agents made for the member, the latest first; an agent is told of their own alone. */
  readonly made: readonly MadeForMember[];
}

/** Codes that one agent made in one form within an hour. Times in seconds since the epoch. */
export interface MadeForMember {
  /** 脱敏姓名 of the agent. */
  readonly maskedName: string;
  readonly relationship: DeclaringAgent['relationship'];
  readonly form: CodeForm;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
}
