import { CHECKPOINT_CLASSES, type CheckpointClass } from '@health-code/attestation';
import { useEffect, useRef, type ReactElement } from 'react';
import { fillIn } from '../../shared/language.js';
import { dayInWords, momentInWords } from '../../shared/span.js';
import { usePage, useDesk, useTexts } from './page-context.js';
import { provinceInWords } from './province-words.js';
import { playSound } from './sound.js';
import { CLASS_WORDS } from './words.js';

/** What the worker may set, and what this device is. */
export function SettingsPanel({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { desk } = usePage();
  const { texts, say, language } = useTexts();
  const { place, isSoundOn, isUpdating, held, device, waiting, updateError } = useDesk();
  const sheet = useRef<HTMLDialogElement>(null);
  // Modal: the keys stay in it, Escape closes it, and what had the focus gets it back.
  useEffect(() => sheet.current?.showModal(), []);
  return (
    <dialog ref={sheet} className="sheet" aria-label={texts.settings} onClose={onClose}>
      <div className="sheet-body">
        <h2>{texts.settings}</h2>
        <label htmlFor="place-class">{texts.placeClass}</label>
        <select id="place-class" value={place.checkpointClass} onChange={(event) => desk.setPlace({ checkpointClass: event.target.value as CheckpointClass })}>
          {CHECKPOINT_CLASSES.map((name) => (
            <option key={name} value={name}>
              {say(CLASS_WORDS[name])}
            </option>
          ))}
        </select>
        <label className="toggle">
          <input
            type="checkbox"
            checked={isSoundOn}
            onChange={(event) => {
              desk.setSound(event.target.checked);
              if (event.target.checked) playSound('pass');
            }}
          />
          {texts.sound}
        </label>
        <button type="button" disabled={isUpdating} onClick={() => void desk.update()}>
          {isUpdating ? texts.updating : texts.updateNow}
        </button>
        <dl className="details">
          <div>
            <dt>{texts.aboutProvince}</dt>
            <dd>{provinceInWords(place.province, language)}</dd>
          </div>
          <div>
            <dt>{texts.aboutDevice}</dt>
            <dd>
              <code>{device?.identity}</code>
            </dd>
          </div>
          <div>
            <dt>{texts.aboutCertificate}</dt>
            <dd>{device === undefined ? '' : dayInWords(device.expiresAt, language)}</dd>
          </div>
          <div>
            <dt>{texts.aboutPackage}</dt>
            <dd>
              {held === undefined ? texts.packageNone : `${String(held.version)} · ${momentInWords(held.madeAt, language)}`} {updateError !== undefined && <code>{updateError}</code>}
            </dd>
          </div>
          <div>
            <dt>{texts.aboutReports}</dt>
            <dd>{fillIn(texts.aboutReportsLead, { count: waiting })}</dd>
          </div>
        </dl>
        <button type="button" className="primary" onClick={() => sheet.current?.close()}>
          {texts.close}
        </button>
      </div>
    </dialog>
  );
}
