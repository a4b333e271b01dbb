import type { Bench } from './bench.js';
import type { Reply } from './kit-caller.js';
import type { Subject } from './subjects.js';

/** What a province may say of somebody whose status changes while it is asked for; the code may have been good for one scan. */
const CHANGING: readonly string[] = ['LOCAL_SYSTEM_BUSY', 'LOCAL_CODE_EXPIRED', 'LOCAL_CODE_SPENT'];
const TIMES = 3;
const PAUSE_MS = 200;

/**
 * Asks about somebody who was just put into a state. As at a checkpoint, whose change of status is on its way is asked about again, with a
 * fresh code; an adapter that always answers so is told apart all the same.
 */
export async function askSubject(bench: Bench, subject: Subject, by: 'code' | 'document'): Promise<Reply> {
  for (let time = 1; ; time += 1) {
    const reply = by === 'code' ? await bench.askCode(await subject.code()) : await bench.askDocument(subject.document);
    if (time === TIMES || reply.kind !== 'refused' || !CHANGING.includes(reply.code)) return reply;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
