import type { Disagreement } from './disagreement.js';

/** The files of a mapped province's folder that are held against each other. */
export type FolderPart = 'mapping.yaml' | 'fixtures/contract.yaml' | 'fixtures/stand-in.yaml' | 'fixtures/exchanges.yaml';

/** Where two files of a folder do not agree, and in which of them it is to be put right. */
export interface FolderDisagreement extends Disagreement {
  readonly file: FolderPart;
}
