import { AdapterError } from '../errors.js';

/** What is wrong at one place of a mapping file or one of its fixtures. */
export interface MappingProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Members from the top of the file, joined by dots; `(whole file)` for the file itself. */
  readonly field: string;
  readonly what: string;
}

/** `file:line: field: what`, as compilers say it, so that editors lead there. */
export function formatProblem({ file, line, field, what }: MappingProblem): string {
  return `${file}:${line}: ${field}: ${what}`;
}

/** Carries every problem at once: whoever writes a mapping corrects all of them in one go. */
export function mappingInvalid(problems: readonly MappingProblem[]): AdapterError {
  const ordered = [...problems].sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
  return new AdapterError('MAPPING_INVALID', [...new Set(ordered.map(formatProblem))].join('\n'));
}
