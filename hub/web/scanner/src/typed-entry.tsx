import { useState, type FormEvent, type ReactElement } from 'react';
import type { Shown } from './check-result.js';
import { useTexts } from './page-context.js';
import { readTyped } from './read-shown.js';

/** A code as text: pasted, or from a scanner in keyboard mode. */
export function TypedEntry({ onShown }: { readonly onShown: (shown: Shown) => void }): ReactElement {
  const { texts } = useTexts();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const shown = readTyped(text);
    if (shown === undefined) return;
    // The next person's code is not added to this one's, and none is left on the screen.
    setText('');
    onShown(shown);
  };
  return (
    <form className="fields" onSubmit={submit}>
      <p>{texts.typedLead}</p>
      <label htmlFor="code-text">{texts.typedLabel}</label>
      <textarea id="code-text" rows={5} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" autoCapitalize="off" spellCheck={false} />
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        {texts.check}
      </button>
    </form>
  );
}
