import type {
  AttestationErrorCode,
  AttestationKind,
  HealthStatus,
  IdentityDocument,
  NoStatusRecord,
  ProvinceCode,
  RuleReference,
  StandardRecord,
  TestResultRecord,
} from '@health-code/attestation';

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

/** 验码方: who asks the local system, and where. Local systems that were seen make organisation and position mandatory. */
export interface VerifierContext {
  /** GB/T 2260 code of the province the checkpoint stands in. */
  readonly province: string;
  readonly purpose: 'checkpoint' | 'travel' | 'medical-care' | 'self' | 'dispute';
  /** 验码机构: a USCC or a name; empty when the caller gave none. */
  readonly organisation: string;
  /** 验码地点; empty when the caller gave none. */
  readonly position: string;
}

/** One answer of the local system, parsed but not translated: its own field names and words. */
export interface LocalAnswer {
  /** Local field name → value as text. What `translate` reads. */
  readonly fields: Readonly<Record<string, string>>;
  /** The person, resolved inside the province. Absent where the local system cannot tell: nothing is attested then. */
  readonly identity?: IdentityDocument;
  /** Why the document that the local system names is none, where it names one: `IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID` and the like. */
  readonly identityProblem?: AttestationErrorCode;
  /** The person by opaque reference, where the local system knows no document: somebody whose code was converted (转码). */
  readonly subjectReference?: string;
  readonly maskedName?: string;
  readonly maskedIdNumber?: string;
  /** 指引: what the person is to do, in the province's words. */
  readonly guidance?: string;
  /** 业务透传数据: an opaque handle for {@link Source.readBizExtData}. */
  readonly bizExtData?: string;
  /** Seconds since the epoch. */
  readonly answeredAt: number;
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

/** 用户健康信息申报 6.2, after the data groups of GB/T 38962-2020 clause 4. Checked by the adapter before it gets here. */
export interface HealthDeclaration {
  readonly document: IdentityDocument;
  /** Opaque reference of the same person; the local system keeps it, being the only name later calls have. */
  readonly subjectReference: string;
  readonly name: string;
  /** GB/T 2261.1: `0`, `1`, `2`, `9`. */
  readonly sex: string;
  /** ISO 3166-1 alpha-3. */
  readonly nationality: string;
  /** GB/T 2260; empty when not stated. */
  readonly registeredRegion: string;
  readonly address: string;
  readonly phone: string;
  readonly medicalHistory: readonly string[];
  /** Degrees Celsius. */
  readonly temperature: number;
  readonly symptoms: readonly string[];
  readonly highRiskAreaHistory: boolean;
  readonly contactHistory: boolean;
  readonly underIsolation: boolean;
  /** Seconds since the epoch. */
  readonly declaredAt: number;
  /** 代办: who declares for the person; absent when the person does. */
  readonly agent?: DeclaringAgent;
}

/** 代办人: whoever declares for somebody without a phone. */
export interface DeclaringAgent {
  readonly document: IdentityDocument;
  readonly subjectReference: string;
  readonly name: string;
  readonly relationship: 'parent' | 'child' | 'spouse' | 'guardian' | 'other';
}

/** 行程 6.3. Times in seconds since the epoch. */
export interface DeclaredTrip {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly transport: string;
  readonly departedAt: number;
  readonly arrivedAt: number;
}

/** Answer of 6.2. */
export interface DeclarationReceipt {
  readonly declarationId: string;
  /** Seconds since the epoch. */
  readonly validUntil: number;
  /** The status that follows from the declaration, as the local system states it; attested at once. */
  readonly answer: LocalAnswer;
}

/** What a code is made for: one scan on a screen (unless said), a screen without a network, a printed sheet. */
export type CodeForm = 'online' | 'offline' | 'sheet';

/** Answer of 6.5: what 6.6 is asked with. */
export interface CodeApplication {
  readonly businessSerialNumber: string;
  readonly randomNumber: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Answer of 6.6. */
export interface MadeCode {
  /** 码内容: the text to draw as a QR code. */
  readonly code: Uint8Array;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The holder's present status, attested for the holder's use without a network. */
  readonly answer: LocalAnswer;
}

/** 用户健康信息纠错 6.8. */
export interface HealthCorrection {
  readonly subjectReference: string;
  readonly disputedField: string;
  readonly claimedValue: string;
  readonly evidence: string;
}

/** Answer of 6.8. */
export interface CorrectionReceipt {
  readonly ticket: string;
  /** 受理状态: `received`. */
  readonly state: string;
  /** Seconds since the epoch. */
  readonly dueAt: number;
}

/** How a correction stands. */
export interface CorrectionState {
  /** 办理状态: `decided-by-default` where the deadline passed unanswered, which decides for the person. */
  readonly state: 'received' | 'upheld' | 'rejected' | 'decided-by-default';
  /** Seconds since the epoch. */
  readonly dueAt: number;
  /** Seconds since the epoch; absent while it is not decided. */
  readonly decidedAt?: number;
}

/** 转码: a verified foreign statement that the province takes over. */
export interface ForeignStatement {
  readonly subjectReference: string;
  /** GB/T 2260 code of the province that made it. */
  readonly issuer: ProvinceCode;
  readonly status: HealthStatus;
  readonly reason: string;
  /** Seconds since the epoch. */
  readonly since: number;
  /** Seconds since the epoch. */
  readonly validUntil: number;
  /** 脱敏姓名, where the holder disclosed it. */
  readonly maskedName?: string;
}

/** The interfaces of GB/T 38963-2020 clause 6 that change something, for provinces whose local system offers them. */
export interface NationalCodeOperations {
  /** 6.2. */
  declareHealth(declaration: HealthDeclaration): Promise<DeclarationReceipt>;
  /** 6.3. @throws AdapterError `LOCAL_PERSON_UNRESOLVED`. Returns 行程申报编号. */
  declareTrip(subjectReference: string, trips: readonly DeclaredTrip[]): Promise<string>;
  /**
   * 6.5.
   *
   * @param agentReference who applies for the person (代办); empty when the person does
   * @throws AdapterError `LOCAL_PERSON_UNRESOLVED`; `LOCAL_AGENT_UNKNOWN` for an agent who did not declare for the person, `LOCAL_AGENT_ENDED` for
   * one whose right has ended
   */
  applyCode(subjectReference: string, organisation: string, purpose: VerifierContext['purpose'], agentReference: string, form?: CodeForm): Promise<CodeApplication>;
  /** 6.6. @throws AdapterError `LOCAL_CODE_EXPIRED`, `LOCAL_CODE_INVALID` when the application is spent or wrong. */
  makeCode(application: Pick<CodeApplication, 'businessSerialNumber' | 'randomNumber'>, bizExtData: string): Promise<MadeCode>;
  /** 6.8. @throws AdapterError `LOCAL_PERSON_UNRESOLVED` */
  correctHealth(correction: HealthCorrection): Promise<CorrectionReceipt>;
  /** How a correction stands. @throws AdapterError `LOCAL_PERSON_UNRESOLVED` for a ticket nobody knows */
  queryCorrection?(ticket: string): Promise<CorrectionState>;
  /** 转码: gives a person who arrives a local code for what another province states, without another declaration. */
  acceptForeignStatement?(statement: ForeignStatement): Promise<void>;
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
