import type { ReactElement } from 'react';
import { fillIn } from '../../shared/language.js';
import { spanInWords } from '../../shared/span.js';
import { PACKAGE_OLD_SECONDS } from './desk-state.js';
import { LanguageSwitch } from './language-switch.js';
import { usePage, useDesk, useTexts } from './page-context.js';
import { provinceInWords } from './province-words.js';
import { useNow } from './use-now.js';
import { CLASS_WORDS } from './words.js';

/** Where this checkpoint stands, whether the hub is reached, how old the package is, and what waits. */
export function StatusBar({ onSettings }: { readonly onSettings: () => void }): ReactElement {
  const { texts, say, language } = useTexts();
  const { desk } = usePage();
  const { place, isOnline, held, waiting, clock } = useDesk();
  const now = useNow(desk);
  const age = held === undefined ? undefined : Math.max(0, now - held.madeAt);
  // By a wrong clock nobody can tell how old it is.
  const isRecent = age !== undefined && age < PACKAGE_OLD_SECONDS && clock === 'ok';
  return (
    <header className="bar">
      <h1>
        {provinceInWords(place.province, language)} · {say(CLASS_WORDS[place.checkpointClass])}
      </h1>
      <div className="chips actions">
        <LanguageSwitch />
        <button type="button" className="chip" data-open="settings" onClick={onSettings}>
          {texts.settings}
        </button>
      </div>
      <div className="chips states">
        <span className={`chip ${isOnline ? 'good' : 'warn'}`} data-network={isOnline ? 'online' : 'offline'}>
          {isOnline ? '●' : '○'} {isOnline ? texts.online : texts.offline}
        </span>
        <span className={`chip ${isRecent ? 'good' : 'warn'}`} data-package={held?.version ?? 'none'}>
          {age === undefined ? texts.packageNone : fillIn(texts.packageAge, { age: spanInWords(age, language) })}
        </span>
        {waiting > 0 && (
          <span className="chip" data-waiting={waiting}>
            {fillIn(texts.waiting, { count: waiting })}
          </span>
        )}
      </div>
    </header>
  );
}
