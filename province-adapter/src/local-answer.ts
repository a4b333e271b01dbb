import type { AttestationErrorCode, IdentityDocument } from '@health-code/attestation';

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
  /** 业务透传数据: an opaque handle for `Source.readBizExtData`. */
  readonly bizExtData?: string;
  /** Seconds since the epoch. */
  readonly answeredAt: number;
}
