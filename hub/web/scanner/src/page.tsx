import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { LANGUAGE_TAGS, LANGUAGES, preferredLanguage, type Language } from '../../shared/language.js';
import { App } from './app.js';
import type { Desk } from './desk-state.js';
import { PageProvider } from './page-context.js';
import { TEXTS } from './texts.js';

const LANGUAGE_KEY = 'language';

function rememberedLanguage(): Language {
  const remembered = localStorage.getItem(LANGUAGE_KEY);
  return LANGUAGES.find((language) => language === remembered) ?? preferredLanguage(navigator.languages);
}

/** The whole page, before the device behind it. */
export function Page({ desk }: { readonly desk: Desk }): ReactElement {
  const [language, setLanguage] = useState(rememberedLanguage);
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
    document.title = TEXTS[language].title;
    localStorage.setItem(LANGUAGE_KEY, language);
  }, [language]);
  const context = useMemo(() => ({ desk, language, setLanguage }), [desk, language]);
  return (
    <PageProvider value={context}>
      <App />
    </PageProvider>
  );
}
