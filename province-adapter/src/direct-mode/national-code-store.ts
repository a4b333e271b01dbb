import type { CodeForm } from '../national-code-port.js';
import type { DocumentCollection, Documents } from '../stand-in/documents.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import type { AcceptForeignStatement } from './national-code.js';
import type { StoredApplication, StoredCode, StoredHandle } from './stored-code.js';
import type { StoredCorrection } from './stored-correction.js';
import type { StoredTrips } from './trip-risk.js';

/** References of whoever stands in a relation → until when, in seconds since the epoch. */
export type StandingReferences = Readonly<Record<string, number>>;

/** Whom a subject reference stands for, by declaration. */
export interface StoredReference {
  /** Key of a person. */
  readonly person: string;
  /** 代办人 who declared for the person since the person last did. */
  readonly agents?: StandingReferences;
}

/** Somebody for whom an agent declared, as the agent may see them. */
export interface StoredKin {
  /** What the agent said to be to the person. */
  readonly relationship: string;
  readonly maskedName: string;
  /** Seconds since the epoch: the end of the last declaration by this agent. */
  readonly until: number;
}

/** For whom an agent declared. */
export interface StoredAgent {
  readonly dependants: StandingReferences;
  /** 脱敏姓名 of the agent. */
  readonly maskedName?: string;
  /** By reference: those of {@link dependants}, and for a while those who were among them. */
  readonly kin?: Readonly<Record<string, StoredKin>>;
}

/** Codes that one agent made for one person in one form within one hour. Times in seconds since the epoch. */
export interface StoredMaking {
  readonly agentReference: string;
  /** 脱敏姓名 of the agent, and what the agent said to be, at the time. */
  readonly maskedName: string;
  readonly relationship: string;
  readonly form: CodeForm;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
}

/** What agents made for one person. */
export interface StoredTrace {
  readonly made: readonly StoredMaking[];
}

/** Everything the national code stores. Declarations and trips are kept as they came, agents with them. */
export interface NationalCodeStore {
  readonly people: DocumentCollection<SyntheticPerson>;
  readonly codes: DocumentCollection<StoredCode>;
  readonly applications: DocumentCollection<StoredApplication>;
  readonly handles: DocumentCollection<StoredHandle>;
  readonly references: DocumentCollection<StoredReference>;
  readonly agents: DocumentCollection<StoredAgent>;
  /** By subject reference. */
  readonly traces: DocumentCollection<StoredTrace>;
  readonly declarations: DocumentCollection<unknown>;
  readonly trips: DocumentCollection<StoredTrips>;
  readonly corrections: DocumentCollection<StoredCorrection>;
  /** By subject reference. Not among the people: what was converted is stated by its source, and never pushed as the province's own. */
  readonly conversions: DocumentCollection<AcceptForeignStatement>;
}

/** The collections of one province's national code. */
export function openNationalCodeStore(documents: Documents): NationalCodeStore {
  return {
    people: documents.collection('person'),
    codes: documents.collection('code'),
    applications: documents.collection('application'),
    handles: documents.collection('handle'),
    references: documents.collection('reference'),
    agents: documents.collection('agent'),
    traces: documents.collection('trace'),
    declarations: documents.collection('declaration'),
    trips: documents.collection('trip'),
    corrections: documents.collection('correction'),
    conversions: documents.collection('conversion'),
  };
}

/** Those whose time has not come. @param nowSeconds seconds since the epoch */
export function standingAt(references: StandingReferences, nowSeconds: number): StandingReferences {
  return Object.fromEntries(Object.entries(references).filter(([, until]) => until > nowSeconds));
}
