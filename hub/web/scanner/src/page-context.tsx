import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Language } from '../../shared/language.js';
import type { Desk, DeskState } from './desk-state.js';
import { TEXTS, type Texts } from './texts.js';
import type { Words } from './words.js';

/** What every part of the page may need. */
export interface PageContext {
  readonly desk: Desk;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
}

const Context = createContext<PageContext | undefined>(undefined);

/** Gives {@link PageContext} to what stands below. */
export const PageProvider = Context.Provider;

/** The page's context. @throws Error outside a {@link PageProvider} */
export function usePage(): PageContext {
  const context = useContext(Context);
  if (context === undefined) throw new Error('no page around this part');
  return context;
}

/** The state behind the page; whoever uses it is drawn anew when it changes. */
export function useDesk(): DeskState {
  const { desk } = usePage();
  return useSyncExternalStore(desk.subscribe, desk.getState);
}

/** The texts in the page's language, and the way to say words in it. */
export function useTexts(): { readonly texts: Texts; readonly say: (words: Words) => string; readonly language: Language } {
  const { language } = usePage();
  return { texts: TEXTS[language], say: (words) => words[language], language };
}
