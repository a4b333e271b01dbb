import { useEffect, useRef, type ReactElement } from 'react';
import { fillIn } from '../../shared/language.js';
import { spanInWords } from '../../shared/span.js';
import type { Check } from './check-result.js';
import { lookOf } from './look.js';
import { useTexts } from './page-context.js';
import { ResultDetails } from './result-details.js';
import { sentenceOf } from './scanner-error.js';
import { Shape } from './shape.js';
import { FRESHNESS_WORDS } from './words.js';

/** Width of a word that fits into one line at its largest: the colours in both languages. */
const SHORT_WORD = 6;

/** In Latin letters; a Chinese one is as wide as two. */
const widthOf = (text: string): number => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);

interface ResultPanelProps {
  readonly check: Check | undefined;
  readonly isBusy: boolean;
  readonly onNext: () => void;
}

/** The result: colour, shape and word to be seen from two metres away, what to do, and whom to compare it with. */
export function ResultPanel({ check, isBusy, onNext }: ResultPanelProps): ReactElement {
  const { texts } = useTexts();
  if (check === undefined) {
    return (
      <section className="result empty" role="status" aria-live="polite">
        <p className="empty-word">{isBusy ? texts.checking : texts.ready}</p>
        <p className="quiet">{texts.readyLead}</p>
      </section>
    );
  }
  return <ShownResult key={check.number} check={check} onNext={onNext} />;
}

function ShownResult({ check, onNext }: { readonly check: Check; readonly onNext: () => void }): ReactElement {
  const { texts, say, language } = useTexts();
  const { result, seenSecondsAgo } = check;
  const look = lookOf(result);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus({ preventScroll: true }), []);
  // Beside a colour: what holds for a week at a hospital is a green there, and must not look like today's.
  const aged = result.recognition === 'recognised' && result.freshness !== 'fresh' && result.freshness !== 'unknown' ? result.age : undefined;
  const sentence = sentenceOf(result.errorCode, language);
  return (
    <section
      ref={panel}
      className={`result tone-${look.tone}`}
      tabIndex={-1}
      role="alert"
      data-tone={look.tone}
      data-shape={look.shape}
      data-status={result.status}
      data-recognition={result.recognition}
      data-freshness={result.freshness}
      data-advice={result.advice}
      data-error={result.errorCode}
      data-decided={result.decidedBy}
      data-number={check.number}
    >
      {seenSecondsAgo !== undefined && (
        <div className="replay" data-replay={Math.floor(seenSecondsAgo)}>
          <strong>{fillIn(texts.replay, { age: spanInWords(seenSecondsAgo, language) })}</strong>
          <span>{texts.replayLead}</span>
        </div>
      )}
      <div className="headline">
        <Shape name={look.shape} />
        <div>
          <p className={widthOf(say(look.word)) <= SHORT_WORD ? 'word short' : 'word'}>{say(look.word)}</p>
          <p className="advice">{say(look.advice)}</p>
        </div>
      </div>
      {aged !== undefined && (
        <p className="aged" data-aged={result.freshness}>
          {fillIn(texts.aged, { grade: say(FRESHNESS_WORDS[result.freshness]), age: spanInWords(aged.ageSeconds, language) })}
        </p>
      )}
      {look.isGreenHeld && <p className="held">{texts.greenHeld}</p>}
      {sentence !== '' && <p className="sentence">{sentence}</p>}
      <ResultDetails check={check} />
      <button type="button" className="next" onClick={onNext}>
        {texts.next}
      </button>
    </section>
  );
}
