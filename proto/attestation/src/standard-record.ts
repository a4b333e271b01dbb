import type { Availability, EvidenceClass, HealthStatus } from './health-status.js';
import type { TestCircumstances, TestResult } from './test-result.js';

/** The value exactly as the province's own system said it; travels with every translated record. */
export interface OriginalValue {
  /** Name of the local system, for example `beijing-jiankangbao`. */
  readonly system: string;
  /** Field of the local answer, for example `code`. */
  readonly field: string;
  /** Its value as text. */
  readonly value: string;
}

/** 赋码/转码规则 by which a status was set. */
export interface RuleReference {
  readonly id: string;
  readonly version: string;
}

/** 标准记录 with a status: what every province's translation yields, before it is signed. Times in seconds since the epoch. */
export interface StatusRecord {
  readonly availability: 'available';
  readonly status: HealthStatus;
  /** Since when the person has this status; the time of the local answer where the local system does not say. */
  readonly since: number;
  /** When the local statement ends; the attestation expires no later. */
  readonly validUntil: number;
  /** 赋码原因代码: `[A-Z][A-Z0-9_]*`; `REASON_NOT_STATED` where the local system states none. */
  readonly reason: string;
  readonly rule: RuleReference;
  /** 赋码机构: deciding authority, a region code of GB/T 2260 or a USCC. */
  readonly authority: string;
  readonly evidence: EvidenceClass;
  readonly original: OriginalValue;
}

/** 标准记录 of a nucleic-acid test. Times in seconds since the epoch. */
export interface TestResultRecord {
  readonly availability: 'available';
  readonly kind: 'nucleic-acid-test';
  readonly result: TestResult;
  /** 采样时间. */
  readonly since: number;
  /** When the local statement ends; the attestation expires no later. */
  readonly validUntil: number;
  readonly test: TestCircumstances;
  readonly rule: RuleReference;
  /** Who states it: a region code of GB/T 2260 or a USCC. */
  readonly authority: string;
  readonly evidence: EvidenceClass;
  readonly original: OriginalValue;
}

/** 标准记录 without a status: the local system answered, and states none. Never a colour; withdraws what was attested before. */
export interface NoStatusRecord {
  readonly availability: Exclude<Availability, 'available'>;
  readonly original: OriginalValue;
}

/** What a province's translation yields. */
export type StandardRecord = StatusRecord | NoStatusRecord;
