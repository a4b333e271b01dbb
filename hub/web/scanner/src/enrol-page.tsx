import { useState, type FormEvent, type ReactElement } from 'react';
import { CameraView } from './camera-view.js';
import { LanguageSwitch } from './language-switch.js';
import { usePage, useTexts } from './page-context.js';
import { codeOf, sentenceOf } from './scanner-error.js';

/** 登记: a one-time code of the province, typed or scanned, makes this browser a checkpoint's device. */
export function EnrolPage({ isCleared }: { readonly isCleared: boolean }): ReactElement {
  const { desk } = usePage();
  const { texts, language } = useTexts();
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [isScanning, setScanning] = useState(false);
  const [error, setError] = useState<string>();
  const redeem = async (given: string): Promise<void> => {
    if (given.trim() === '' || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await desk.enrol(given.trim());
    } catch (failure) {
      setError(codeOf(failure));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void redeem(token);
  };
  return (
    <main className="plain" data-phase={isCleared ? 'cleared' : 'not-enrolled'}>
      <LanguageSwitch />
      {isCleared && (
        <section className="notice alarm" role="alert">
          <strong>{texts.clearedTitle}</strong>
          <p>{texts.clearedLead}</p>
        </section>
      )}
      <h1>{texts.enrolTitle}</h1>
      <p>{texts.enrolLead}</p>
      <form onSubmit={submit}>
        <label htmlFor="token">{texts.enrolCode}</label>
        <input id="token" value={token} onChange={(event) => setToken(event.target.value)} autoComplete="off" autoCapitalize="off" spellCheck={false} disabled={isBusy} />
        <button type="submit" className="primary" disabled={isBusy || token.trim() === ''}>
          {isBusy ? texts.enrolling : texts.enrol}
        </button>
        {!isScanning && (
          <button type="button" onClick={() => setScanning(true)} disabled={isBusy}>
            {texts.cameraStart}
          </button>
        )}
      </form>
      {isScanning && (
        <CameraView
          onScanned={({ text }) => {
            setScanning(false);
            setToken(text.trim());
            void redeem(text);
          }}
        />
      )}
      {error !== undefined && (
        <section className="notice alarm" role="alert" data-error={error}>
          <strong>{texts.failed}</strong>
          <p>{sentenceOf(error, language)}</p>
          <code>{error}</code>
        </section>
      )}
      <p className="quiet">{texts.enrolNetwork}</p>
    </main>
  );
}
