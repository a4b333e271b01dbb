import type { ReactElement } from 'react';
import { EnrolPage } from './enrol-page.js';
import { useDesk, useTexts } from './page-context.js';
import { ScanPage } from './scan-page.js';

/** The page in whatever state the device is. */
export function App(): ReactElement {
  const { phase } = useDesk();
  const { texts } = useTexts();
  if (phase === 'opening') {
    return (
      <main className="plain" role="status">
        {texts.opening}
      </main>
    );
  }
  if (phase === 'no-storage') {
    return (
      <main className="plain" data-phase={phase}>
        <h1>{texts.noStorageTitle}</h1>
        <p>{texts.noStorageLead}</p>
      </main>
    );
  }
  return phase === 'ready' ? <ScanPage /> : <EnrolPage isCleared={phase === 'cleared'} />;
}
