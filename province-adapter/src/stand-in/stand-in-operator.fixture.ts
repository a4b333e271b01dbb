import type { AdapterErrorCode } from '../errors.js';
import type { FaultMode } from './fault.js';

/** What every source makes of a local system that misbehaves. */
export const FAULT_OUTCOMES: readonly (readonly [FaultMode, AdapterErrorCode])[] = [
  ['down', 'LOCAL_SYSTEM_UNREACHABLE'],
  ['busy', 'LOCAL_SYSTEM_BUSY'],
  ['slow', 'LOCAL_SYSTEM_TIMEOUT'],
  ['html', 'LOCAL_ANSWER_INVALID'],
  ['garbage', 'LOCAL_ANSWER_INVALID'],
  ['gbk', 'LOCAL_ANSWER_INVALID'],
  ['huge', 'LOCAL_ANSWER_TOO_LARGE'],
  ['wrong-type', 'LOCAL_ANSWER_INVALID'],
  ['redirect', 'LOCAL_ANSWER_INVALID'],
  ['empty', 'LOCAL_ANSWER_INVALID'],
  ['gbk-page', 'LOCAL_ANSWER_INVALID'],
];

/** Another character in the middle of the random part: of what differs from another code of the same person. */
export function alterCode(code: string, another: string): string {
  const random = Array.from(code).flatMap((character, place) => (character === another[place] ? [] : [place]));
  const at = random[Math.floor(random.length / 2)] ?? 0;
  return code.slice(0, at) + (code[at] === '0' ? '1' : '0') + code.slice(at + 1);
}

/** A person as the stand-in lists them. */
export interface ListedPerson {
  readonly person: string;
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  readonly value: string;
}

/** A stand-in as the people who run it see it: the ports of our own. */
export class StandInOperator {
  constructor(private readonly origin: string) {}

  async people(): Promise<readonly ListedPerson[]> {
    return (await (await fetch(`${this.origin}/stand-in/people`)).json()) as ListedPerson[];
  }

  /** Somebody with an identity card. */
  async somebody(): Promise<ListedPerson> {
    const person = (await this.people()).find(({ documentType }) => documentType === '01');
    if (person === undefined) throw new Error('the stand-in has nobody');
    return person;
  }

  async issue(person: ListedPerson, ageSeconds = 0): Promise<string> {
    return ((await this.post('codes', { person: person.person, ageSeconds })) as { readonly code: string }).code;
  }

  /** @param fields further fields of the stand-in's store that change with the status */
  async setStatus(person: ListedPerson, value: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.post('status', { person: person.person, value, ...fields });
  }

  async setFault(mode: FaultMode, value?: string): Promise<void> {
    await this.post('faults', { mode, value });
  }

  private async post(name: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.origin}/stand-in/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`/stand-in/${name}: ${String(response.status)}`);
    return response.json();
  }
}
