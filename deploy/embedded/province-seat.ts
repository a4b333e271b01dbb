import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import type { DataDirectory } from './data-directory.js';

/** A province that takes part: its name to the adapter, and its GB/T 2260 code. */
export interface ProvinceSeat {
  readonly slug: string;
  readonly code: string;
}

/** All 32 nodes: the provinces of `npm run country`. */
export const ALL_PROVINCES: readonly ProvinceSeat[] = RECOGNITION_NODES.map(({ slug, code }) => ({ slug, code }));

/** The provinces of `npm start`. */
export const DEFAULT_PROVINCES: readonly ProvinceSeat[] = [
  { slug: 'guizhou', code: '520000' },
  { slug: 'beijing', code: '110000' },
  { slug: 'shanghai', code: '310000' },
  { slug: 'jiangsu', code: '320000' },
  { slug: 'sichuan', code: '510000' },
];

const SUBJECT_KEY_BYTES = 32;

/** File with the key of subject references, which every adapter holds and the hub never sees. */
export const subjectKeyFile = (data: DataDirectory): string =>
  data.secretFile('subject-key.json', () => JSON.stringify({ version: 1, secret: randomBytes(SUBJECT_KEY_BYTES).toString('base64url'), [DEVELOPMENT_MEMBER]: true }));

/** Writes the hub's list of founding provinces, who are members without having applied. Returns the file. */
export function writeAdmissionFile(data: DataDirectory, provinces: readonly ProvinceSeat[]): string {
  const admitted = provinces.map(({ code }) => ({ code, standing: 'admitted' }));
  const file = data.at('admission.json');
  writeFileSync(file, `${JSON.stringify({ provinces: admitted }, null, 2)}\n`, { mode: 0o600 });
  return file;
}
