import type { ReactElement } from 'react';
import { fillIn } from '../../shared/language.js';
import { spanInWords } from '../../shared/span.js';
import { PACKAGE_OLD_SECONDS, type DeskState } from './desk-state.js';
import { takeNewVersion } from './install.js';
import { usePage, useDesk, useTexts } from './page-context.js';
import { sentenceOf } from './scanner-error.js';
import { useNow } from './use-now.js';

/** What the worker must know of the device before trusting its answers: the worst first, each with its word. */
export function Notices(): ReactElement {
  const { texts, language } = useTexts();
  const { desk } = usePage();
  const state = useDesk();
  const now = useNow(desk);
  const notices = [...clockNotice(state), ...storageNotice(state), ...packageNotice(state, now), ...networkNotice(state)];
  return (
    <div className="notices" aria-live="polite">
      {notices.map(({ name, isAlarm }) => (
        <p key={name} className={isAlarm ? 'notice alarm' : 'notice'} data-notice={name}>
          <span aria-hidden="true">{isAlarm ? '⚠ ' : 'ⓘ '}</span>
          {fillIn(texts[name], { age: state.held === undefined ? '' : spanInWords(now - state.held.madeAt, language) })}
          {name === 'updateFailed' && state.updateError !== undefined && (
            <>
              {language === 'zh' ? '：' : ': '}
              {sentenceOf(state.updateError, language)} <code>{state.updateError}</code>
            </>
          )}
        </p>
      ))}
      {state.hasNewVersion && (
        <p className="notice" data-notice="newVersion">
          {texts.newVersion}{' '}
          <button type="button" className="chip" onClick={() => void takeNewVersion()}>
            {texts.reload}
          </button>
        </p>
      )}
    </div>
  );
}

interface Notice {
  readonly name: 'clockBehind' | 'clockAhead' | 'storageFull' | 'packageNoneLead' | 'packageOldLead' | 'updateFailed' | 'offlineLead';
  readonly isAlarm: boolean;
}

function clockNotice({ clock }: DeskState): readonly Notice[] {
  if (clock === 'ok') return [];
  return [{ name: clock === 'behind' ? 'clockBehind' : 'clockAhead', isAlarm: true }];
}

const storageNotice = ({ updateError }: DeskState): readonly Notice[] => (updateError === 'PACKAGE_STORAGE_FAILED' ? [{ name: 'storageFull', isAlarm: true }] : []);

function packageNotice({ held, updateError, clock }: DeskState, now: number): readonly Notice[] {
  // Being unreachable is told by the network's own notice, a full storage by its own.
  const hasFailed = updateError !== undefined && updateError !== 'PACKAGE_UNREACHABLE' && updateError !== 'PACKAGE_STORAGE_FAILED';
  const failed: readonly Notice[] = hasFailed ? [{ name: 'updateFailed', isAlarm: true }] : [];
  if (held === undefined) return [{ name: 'packageNoneLead', isAlarm: true }, ...failed];
  // By a wrong clock nobody can tell how old it is.
  return clock === 'ok' && now - held.madeAt > PACKAGE_OLD_SECONDS ? [...failed, { name: 'packageOldLead', isAlarm: false }] : failed;
}

const networkNotice = ({ isOnline, held }: DeskState): readonly Notice[] => (isOnline || held === undefined ? [] : [{ name: 'offlineLead', isAlarm: false }]);
