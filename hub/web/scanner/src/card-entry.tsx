import { AttestationError, IDENTITY_DOCUMENT_TYPES, PROVINCES } from '@health-code/attestation';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { Shown } from './check-result.js';
import { useTexts } from './page-context.js';
import { provinceInWords } from './province-words.js';
import { readDocument } from './read-shown.js';
import { sentenceOf } from './scanner-error.js';
import { DOCUMENT_WORDS } from './words.js';

/** 无手机人员: an identity document, by its number. */
export function CardEntry({ onShown }: { readonly onShown: (shown: Shown) => void }): ReactElement {
  const { texts, say, language } = useTexts();
  const [type, setType] = useState<string>('01');
  const [number, setNumber] = useState('');
  const [home, setHome] = useState('');
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    try {
      const shown = readDocument(type, number, home);
      setNumber('');
      setError(undefined);
      onShown(shown);
    } catch (failure) {
      if (!(failure instanceof AttestationError)) throw failure;
      setError(failure.code);
    }
  };
  return (
    <form className="fields" onSubmit={submit}>
      <p>{texts.cardLead}</p>
      <label htmlFor="card-type">{texts.cardType}</label>
      <select id="card-type" value={type} onChange={(event) => setType(event.target.value)}>
        {IDENTITY_DOCUMENT_TYPES.map((known) => (
          <option key={known} value={known}>
            {say(DOCUMENT_WORDS[known])}
          </option>
        ))}
      </select>
      <label htmlFor="card-number">{texts.cardNumber}</label>
      <input id="card-number" value={number} onChange={(event) => setNumber(event.target.value)} inputMode={type === '01' ? 'numeric' : 'text'} autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={24} aria-invalid={error !== undefined} aria-describedby="card-error" />
      <p id="card-error" className="field-error" role="alert" data-error={error}>
        {error === undefined ? '' : sentenceOf(error, language)}
      </p>
      <label htmlFor="card-home">{texts.cardHome}</label>
      <select id="card-home" value={home} onChange={(event) => setHome(event.target.value)}>
        <option value="">{texts.cardHomeUnknown}</option>
        {PROVINCES.map(({ code }) => (
          <option key={code} value={code}>
            {provinceInWords(code, language)}
          </option>
        ))}
      </select>
      <button type="submit" className="primary" disabled={number.trim() === ''}>
        {texts.check}
      </button>
    </form>
  );
}
