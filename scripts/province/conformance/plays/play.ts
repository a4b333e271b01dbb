import type { Bench } from '../bench.js';
import type { Finding } from '../finding.js';
import type { SuiteCheck } from '../suite.js';
import type { Allowed } from '../suite-schema.js';
import { playClock, playDeadline, playHubClock } from './clocks.js';
import { playFault } from './faults.js';
import { playFeed, playResend, playStreamAway } from './gaps.js';
import { playCanaries, playGolden, playRegistration } from './golden-records.js';
import { playMutation } from './mutations.js';
import { playRepeat } from './replays.js';
import { playExpiredCodes, playUnknownKind, playUnknownValues } from './statuses.js';
import { playForeignCodes, playNobody, playRecognisers, playStrangerCall } from './strangers.js';

/** What is right for a check in this province. */
function allowedFor({ fixture }: Bench, { id, answer }: SuiteCheck): Allowed {
  const tolerated = fixture.tolerated.filter(({ check }) => check === id).flatMap(({ refusal }) => refusal);
  return { ...answer, refusal: [...(answer.refusal ?? []), ...tolerated] };
}

/** Does what a check says, and says what came of it. */
export function playCheck(bench: Bench, check: SuiteCheck): Promise<readonly Finding[]> {
  const { play } = check;
  const allowed = allowedFor(bench, check);
  switch (play.kind) {
    case 'registration':
      return playRegistration(bench);
    case 'golden':
      return playGolden(bench, play.by);
    case 'canaries':
      return playCanaries(bench);
    case 'mutation':
      return playMutation(bench, play.change, allowed);
    case 'deadline':
      return playDeadline(bench, play.offset, allowed);
    case 'clock':
      return playClock(bench, play.of);
    case 'hub-clock':
      return playHubClock(bench, play.offset);
    case 'repeat':
      return playRepeat(bench, play.what, allowed);
    case 'resend':
      return playResend(bench, play.ranges, allowed);
    case 'stream-away':
      return playStreamAway(bench);
    case 'feed':
      return playFeed(bench, play.what);
    case 'fault':
      return playFault(bench, play.fault, play.deadline, allowed);
    case 'foreign-codes':
      return playForeignCodes(bench, play.codes, play.own, allowed);
    case 'recognisers':
      return playRecognisers(bench);
    case 'stranger-call':
      return playStrangerCall(bench, play.what, allowed);
    case 'nobody':
      return playNobody(bench, play.documents, allowed);
    case 'unknown-values':
      return playUnknownValues(bench, play.by, allowed);
    case 'unknown-kind':
      return playUnknownKind(bench, play.number, allowed);
    case 'expired-codes':
      return playExpiredCodes(bench, allowed);
  }
}
