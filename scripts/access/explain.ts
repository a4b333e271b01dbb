import { DeploymentError } from '../../deploy/embedded/errors.js';
import { ConformanceError } from '../province/conformance/errors.js';
import { CommandError, CommandLineError, EXIT } from './command-error.js';
import { errorCodesDocument, findGuidance } from './guidance.js';
import { isUnanswered, readRefusal, type Refusal } from './refusal.js';

/** What went wrong, for a person and for a machine, and how the command ends. */
export interface Explanation {
  readonly text: string;
  readonly exitCode: number;
  /** A code of docs/error-codes.md, or one of what runs here; or empty. */
  readonly code: string;
}

function explainRefusal(refusal: Refusal): Explanation {
  const { code, message, fields, metadata } = refusal;
  if (isUnanswered(refusal)) {
    return { code: '', exitCode: EXIT.failed, text: `Nobody answered: ${message}\nWhat to do: see that the hub runs, and that address, authority and certificate are those of this hub. Nothing was changed here; repeat the step.` };
  }
  const guidance = findGuidance(errorCodesDocument(), code);
  const lines = [
    `Refused by the hub: ${code === '' ? message : `${code}: ${message}`}`,
    ...fields.map(({ field, description }) => `  ${field}: ${description}`),
    ...(metadata['retry_after_ms'] === undefined ? [] : [`  again in ${metadata['retry_after_ms']} ms`]),
    ...(guidance === undefined ? [] : [`What happened: ${guidance.happened}.`, `What to do: ${guidance.remedy}.`]),
  ];
  return { code, exitCode: EXIT.refused, text: lines.join('\n') };
}

const LONGEST_LINE = 240;

/** The end of a log is for a glance: the rest of a line is in the file that the message names. */
const shortLines = (text: string): string => text.split('\n').map((line) => (line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`)).join('\n');

/** Says what went wrong and what to do. `help` is shown before what is wrong with a command line: a terminal shows the end. */
export function explain(error: unknown, help: string): Explanation {
  if (error instanceof CommandLineError) return { code: '', exitCode: EXIT.failed, text: `${help}\n\n${error.message}` };
  if (error instanceof CommandError) return { code: '', exitCode: EXIT.failed, text: `${error.message}\nWhat to do: ${error.remedy}` };
  const refusal = readRefusal(error);
  if (refusal !== undefined) return explainRefusal(refusal);
  if (error instanceof DeploymentError || error instanceof ConformanceError) return { code: error.code, exitCode: EXIT.failed, text: shortLines(error.message) };
  return { code: '', exitCode: EXIT.failed, text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
