import type { CodeForm } from '../national-code-port.js';
import type { DocumentCollection } from '../stand-in/documents.js';

/** 健康码: how long and how often it may be scanned. Defaults of the identity-code SDK that the standard's interfaces resemble. */
export const CODE_LIFETIME_MS = 60_000;

/** Most scans of one code. */
export const CODE_SCANS = 1;

/** A code that was made. Times in milliseconds since the epoch. */
export interface StoredCode {
  /** Key of its holder. */
  readonly person: string;
  readonly expiresAt: number;
  readonly scansLeft: number;
  /** 业务透传数据 given when it was made; empty when none. */
  readonly bizExtData: string;
}

/** 调用申请. */
export interface StoredApplication {
  /** Key of the holder of the code to be. */
  readonly person: string;
  readonly randomNumber: string;
  /** Who applies for the person (代办), and for what; absent when the person does. */
  readonly agent?: { readonly reference: string; readonly subjectReference: string; readonly form: CodeForm };
  readonly expiresAt: number;
  readonly spent: boolean;
}

/** Whom 业务透传数据 stand for. */
export interface StoredHandle {
  /** Key of the code's holder. */
  readonly person: string;
  readonly expiresAt: number;
}

/** Takes one scan off a code, atomically: of two scanners at once only one is told yes. */
export async function takeScan(codes: DocumentCollection<StoredCode>, code: string): Promise<boolean> {
  let isTaken = false;
  await codes.change(code, (stored) => {
    isTaken = stored.scansLeft > 0;
    return isTaken ? { ...stored, scansLeft: stored.scansLeft - 1 } : undefined;
  });
  return isTaken;
}

/** Spends an application, atomically: it makes one code. */
export async function spendApplication(
  applications: DocumentCollection<StoredApplication>,
  serialNumber: string,
): Promise<boolean> {
  let isTaken = false;
  await applications.change(serialNumber, (stored) => {
    isTaken = !stored.spent;
    return isTaken ? { ...stored, spent: true } : undefined;
  });
  return isTaken;
}
