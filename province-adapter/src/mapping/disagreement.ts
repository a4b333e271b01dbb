import type { YamlPath } from './yaml-source.js';

/** Where two members of a file, or of two, do not agree. */
export interface Disagreement {
  readonly path: YamlPath;
  readonly what: string;
}
