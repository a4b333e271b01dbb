import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { CameraView } from './camera-view.js';
import { CardEntry } from './card-entry.js';
import type { Check, Shown } from './check-result.js';
import { ImageEntry } from './image-entry.js';
import { watchLapse } from './lapse.js';
import { lookOf, type SoundName } from './look.js';
import { Notices } from './notices.js';
import { usePage, useDesk, useTexts } from './page-context.js';
import { readScanned, readTyped } from './read-shown.js';
import { ResultPanel } from './result-panel.js';
import { rememberedWay, rememberWay, WAYS, type Way } from './settings.js';
import { SettingsPanel } from './settings-panel.js';
import { playSound } from './sound.js';
import { StatusBar } from './status-bar.js';
import { TypedEntry } from './typed-entry.js';
import { useWedge } from './use-wedge.js';

/** A code that was here a moment ago does not sound like the next person's. */
function soundOf({ result, seenSecondsAgo }: Omit<Check, 'number'>): SoundName {
  const { sound } = lookOf(result);
  return sound === 'pass' && seenSecondsAgo !== undefined ? 'caution' : sound;
}

/** The working page: one way of showing a code at a time, and the last result. */
export function ScanPage(): ReactElement {
  const { desk } = usePage();
  const { isSoundOn } = useDesk();
  const { texts } = useTexts();
  const [way, setWay] = useState(rememberedWay);
  const [check, setCheck] = useState<Check>();
  const [isBusy, setBusy] = useState(false);
  const [isSettings, setSettings] = useState(false);
  const turn = useRef(0);
  const choose = (chosen: Way): void => {
    rememberWay(chosen);
    setWay(chosen);
  };
  const carryOut = useCallback(
    async (shown: Shown): Promise<void> => {
      const number = ++turn.current;
      setBusy(true);
      // What was found of one person is not on the screen while the next one is looked up, nor the settings over the result.
      setCheck(undefined);
      setSettings(false);
      const done = await desk.check(shown);
      // A later scan has been begun: its result is the one to be shown.
      if (number !== turn.current) return;
      setBusy(false);
      setCheck({ ...done, number });
      if (isSoundOn) playSound(soundOf(done));
    },
    [desk, isSoundOn],
  );
  const next = useCallback(() => {
    turn.current += 1;
    setBusy(false);
    setCheck(undefined);
  }, []);
  useEffect(() => (check === undefined ? undefined : watchLapse(next)), [check, next]);
  useWedge((text) => {
    const shown = readTyped(text);
    if (shown !== undefined) void carryOut(shown);
  });
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      // The settings close by themselves.
      if (event.key === 'Escape' && !isSettings) next();
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [next, isSettings]);
  return (
    <div className="desk" data-phase="ready">
      <StatusBar onSettings={() => setSettings(true)} />
      <Notices />
      <main className="work">
        <section className="entry">
          <nav className="ways">
            {WAYS.map((name) => (
              <button key={name} type="button" aria-pressed={way === name} data-way={name} onClick={() => choose(name)}>
                {texts[name]}
              </button>
            ))}
          </nav>
          {way === 'camera' && <CameraView onScanned={({ bytes, text }) => void carryOut(readScanned(bytes, text))} />}
          {way === 'image' && <ImageEntry onScanned={({ bytes, text }) => void carryOut(readScanned(bytes, text))} />}
          {way === 'typed' && <TypedEntry onShown={(shown) => void carryOut(shown)} />}
          {way === 'card' && <CardEntry onShown={(shown) => void carryOut(shown)} />}
        </section>
        <ResultPanel check={check} isBusy={isBusy} onNext={next} />
      </main>
      {isSettings && <SettingsPanel onClose={() => setSettings(false)} />}
    </div>
  );
}
