import type { AttestationKind, IdentityDocument, NoStatusRecord, ProvinceCode, RuleReference, StandardRecord, TestResultRecord } from '@health-code/attestation';
import type { HolderPort } from './holder-port.js';
import type { LocalAnswer, VerifierContext } from './local-answer.js';
import type { NationalCodeOperations } from './national-code-port.js';

/** Kinds of statement about people; a canary is the adapter's own, and no local system makes one. */
export type LocalKind = Exclude<AttestationKind, 'canary'>;

/** Kinds of statement about people beside the health status. */
export type FurtherKind = Exclude<LocalKind, 'health-status'>;

/** 互认模式: `share` keeps the local code, `convert` translates it, `direct` uses the national code itself. */
export type RecognitionMode = 'share' | 'convert' | 'direct';

/** Says which scanned texts are codes of this province. Literal, so that nobody is handed a pattern to run. */
export interface CodeRecogniser {
  /** The text begins with this. */
  readonly prefix: string;
  /** The text contains this; may be empty. */
  readonly infix: string;
  /** Shortest text, in bytes. */
  readonly minLength: number;
  /** Longest text, in bytes. */
  readonly maxLength: number;
}

/** Kinds of dated facts a rule may look at: regional risk levels (风险等级). */
export type CitedFact = 'regional-risk-level';

/** 赋码/转码规则 as registered at the hub: attestations may cite no other. */
export interface AssignmentRule extends RuleReference {
  readonly title: string;
  /** What the rule looks at beside the person's own record. */
  readonly facts?: readonly CitedFact[];
}

/** What a province is, apart from how it speaks: registered at the hub at every start. */
export interface ProvinceProfile {
  readonly code: ProvinceCode;
  readonly slug: string;
  /** Name of the local system as it stands in `original.system`, for example `beijing-jiankangbao`. */
  readonly system: string;
  readonly mode: RecognitionMode;
  readonly recognisers: readonly CodeRecogniser[];
  /** Every rule an attestation of this province may cite, the conversion rule among them. */
  readonly rules: readonly AssignmentRule[];
  /** 转码规则 cited for a yellow or red whose reason the local system does not state; one of `rules`. */
  readonly conversionRule: RuleReference;
  /** IANA zone of the local system's clock texts. */
  readonly timeZone: string;
}

/** Where and how patiently a local system is spoken to. */
export interface SourceOptions {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** What the local system knows this adapter by, by names of its own: application ids, keys. Secret. */
  readonly credentials?: Readonly<Record<string, string>>;
  /**
   * Whoever started both says that the local system is the stand-in of its folder; no address tells. A stand-in's credentials
   * everybody knows: without any configured, it is asked with those.
   */
  readonly isStandIn?: boolean;
}

/** Answers read since a cursor, in the order in which they came about. */
export interface LocalChanges {
  readonly answers: readonly LocalAnswer[];
  /** Opaque; stored by the adapter together with what the answers produced, and given back at the next poll. */
  readonly cursor: string;
}

/** How statements of a further kind are read from the local system. Every method @throws AdapterError with a `LOCAL_…` code. */
export interface KindSource {
  /** Query on demand: a scanned local code. */
  readCode(code: string, verifier: VerifierContext, signal?: AbortSignal): Promise<LocalAnswer>;
  /** Query on demand: an identity document. */
  readPerson(document: IdentityDocument, verifier: VerifierContext): Promise<LocalAnswer>;
}

/** A province's local system as the adapter uses it. Every method @throws AdapterError with a `LOCAL_…` code. */
export interface Source {
  /** Query on demand: a scanned local code. */
  readCode(code: string, verifier: VerifierContext, signal?: AbortSignal): Promise<LocalAnswer>;
  /** Query on demand: an identity document. */
  readPerson(document: IdentityDocument, verifier: VerifierContext): Promise<LocalAnswer>;
  /** The person behind 业务透传数据 of an earlier answer; absent where the local system offers no such handle. */
  readBizExtData?(bizExtData: string, verifier: VerifierContext): Promise<LocalAnswer>;
  /** Poll: what changed since the cursor; from the beginning when there is none. An unmoved cursor means nothing new. */
  readChanges?(cursor: string | undefined): Promise<LocalChanges>;
  /** Push: the body (parsed JSON, untrusted) of a notification. @throws AdapterError `LOCAL_ANSWER_INVALID` */
  parsePush?(body: unknown): readonly LocalAnswer[];
  /** Kinds of statement the local system makes beside the health status. */
  readonly kinds?: Readonly<Partial<Record<FurtherKind, KindSource>>>;
  /** GB/T 38963 6.2, 6.3, 6.5, 6.6, 6.8 for provinces that offer them. */
  readonly operations?: NationalCodeOperations;
  /** The people behind the page on which somebody shows a code; absent where the province has no such page, or another of its own. */
  readonly holder?: HolderPort;
  /** Whether the local system answers at all. Never throws. */
  isReachable(): Promise<boolean>;
}

/** What every `src/provinces/<slug>/province.ts` exports as `province`. */
export interface ProvinceDefinition {
  readonly profile: ProvinceProfile;
  createSource(options: SourceOptions): Source;
  /**
   * Pure tables: a local answer into a standard record. Where the local system states no reason the record says
   * `REASON_NOT_STATED`.
   *
   * @param now seconds since the epoch
   * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` for a value that is not in the table
   */
  translate(local: LocalAnswer, now: number): StandardRecord;
  /** The same for every further kind that {@link Source.kinds} reads. */
  readonly translations?: { readonly 'nucleic-acid-test'?: (local: LocalAnswer, now: number) => TestResultRecord | NoStatusRecord };
}
