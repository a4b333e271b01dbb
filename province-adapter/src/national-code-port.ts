import type { HealthStatus, IdentityDocument, ProvinceCode } from '@health-code/attestation';
import type { LocalAnswer, VerifierContext } from './local-answer.js';

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
