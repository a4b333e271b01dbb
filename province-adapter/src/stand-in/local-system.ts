import type { HealthStatus } from '@health-code/attestation';
import type { RiskLevels } from '../risk-level/risk-levels.js';
import type { Documents } from './documents.js';
import type { SyntheticPerson } from './synthetic-people.js';

/** What a stand-in runs on. */
export interface LocalSystemContext {
  readonly documents: Documents;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** That many random bytes in lower-case hex. */
  readonly randomHex: (bytes: number) => string;
  /**
   * The country's risk levels as the adapter last served them; undefined before it did, absent where the stand-in knows no adapter.
   * Never throws.
   */
  readonly readRiskLevels?: () => Promise<RiskLevels | undefined>;
}

/** A request as a local system sees it. Values are untrusted. */
export interface LocalRouteRequest {
  /** Parts of the path that the route leaves open, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON or form. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer that is not JSON with status 200: of another format, or an error that the local system says by its HTTP status. */
export class BareAnswer {
  constructor(
    readonly status: number,
    readonly contentType: string,
    readonly bytes: Uint8Array,
  ) {}
}

/**
 * One path of the local format. `answer` returns what is sent as JSON with status 200, as these systems do even for errors, or a
 * {@link BareAnswer}.
 */
export interface LocalRoute {
  readonly method: 'GET' | 'POST';
  /** `:name` leaves a part open. */
  readonly path: string;
  readonly answer: (request: LocalRouteRequest) => Promise<unknown>;
  /** Puts the answer into what is sent, where that is signed as a whole. */
  readonly seal?: (answer: unknown) => Promise<BareAnswer>;
}

/** A code to show to a scanner. */
export interface IssuedCode {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A stand-in that has its store: what it answers. */
export interface RunningLocalSystem {
  readonly routes: readonly LocalRoute[];
  /** What must be there before the first request, such as keys; absent where nothing must. */
  prepare?(): Promise<unknown>;
  /** A fresh scannable code. @param issuedAt milliseconds since the epoch; in the past it makes an old code */
  issueCode(person: SyntheticPerson, issuedAt: number): Promise<IssuedCode>;
  /** What the documented interface is asked with for a person known by identity document. Ours, not of the local format. */
  handleOf(person: SyntheticPerson): Promise<Readonly<Record<string, string>>>;
  /** The local format's own way to say that something failed, by its documented error code. May be a promise. */
  errorAnswer(errorCode: string): unknown;
  /** What is pushed when a person's status changed; absent where the system does not push. */
  pushBody?(person: SyntheticPerson): unknown;
  /** Does what falls due by the clock alone, from what the store holds; absent where nothing does. Asked at the start and about twice a second. */
  settleDue?(): Promise<void>;
}

/** What every `src/provinces/<slug>/local-system.ts` exports as `localSystem`: a stand-in for a closed system. */
export interface LocalSystem {
  readonly slug: string;
  /** Field of {@link SyntheticPerson.fields} that holds the local status. */
  readonly statusField: string;
  /** The local word of each colour, written by hand: an oracle that does not come from the province's translation. */
  readonly colours: Readonly<Record<HealthStatus, string>>;
  /** Further fields that belong to the statement: a new status does not inherit the old one's reason. */
  readonly statementFields: readonly string[];
  /** Written to the store at the first start. */
  readonly people: readonly SyntheticPerson[];
  open(context: LocalSystemContext): RunningLocalSystem;
}
