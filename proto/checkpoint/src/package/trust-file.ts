import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AttestationError } from '@health-code/attestation';
import { replaceFile } from '../platform/replace-file.js';

/** Signed metadata that was accepted last (TUF 1.0, 5: the client's trusted copies), as the texts they were. */
export interface Trust {
  /** SHA-256 of the pinned root from which the chain leads here, in hexadecimal; absent in a file from before this was written down. */
  readonly pinned?: string | undefined;
  readonly root: string;
  readonly timestamp?: string | undefined;
  readonly snapshot?: string | undefined;
  readonly targets?: string | undefined;
}

const TRUST = z.strictObject({ pinned: z.string().optional(), root: z.string(), timestamp: z.string().optional(), snapshot: z.string().optional(), targets: z.string().optional() });

/** One file that is replaced whole: a process that is killed in between has the former trust, never half of it. */
export class TrustFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was accepted last; undefined before the first time, and where the file is damaged: then the pinned root counts again. */
  async read(): Promise<Trust | undefined> {
    try {
      return TRUST.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** @throws AttestationError PACKAGE_STORAGE_FAILED */
  async replace(trust: Trust): Promise<void> {
    try {
      await replaceFile(this.#path, JSON.stringify(trust));
    } catch (cause) {
      throw new AttestationError('PACKAGE_STORAGE_FAILED', 'the accepted metadata of the package cannot be written', { cause });
    }
  }
}
