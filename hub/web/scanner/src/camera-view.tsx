import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { openCamera, type CameraProblem } from './camera.js';
import { useTexts } from './page-context.js';
import { scanFrames } from './scan-frames.js';
import type { Scanned } from './scanned.js';
import type { Texts } from './texts.js';

const PROBLEM_TEXTS: Readonly<Record<CameraProblem, keyof Texts>> = { denied: 'cameraDenied', missing: 'cameraMissing', busy: 'cameraBusy', insecure: 'cameraInsecure' };

/** The camera's picture, and whatever codes come into it. */
export function CameraView({ onScanned }: { readonly onScanned: (scanned: Scanned) => void }): ReactElement {
  const { texts } = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onScanned);
  latest.current = onScanned;
  const [problem, setProblem] = useState<CameraProblem>();
  const [side, setSide] = useState<'environment' | 'user'>('environment');
  const [attempt, setAttempt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    setProblem(undefined);
    setOpen(false);
    const start = async (element: HTMLVideoElement): Promise<void> => {
      const opened = await openCamera(side, element, stop.signal);
      if (stop.signal.aborted) return;
      if (opened !== 'open') {
        setProblem(opened);
        return;
      }
      setOpen(true);
      await scanFrames(element, (scanned) => latest.current(scanned), stop.signal);
    };
    if (video.current !== null) void start(video.current);
    return () => stop.abort();
  }, [side, attempt]);
  return (
    <div className="camera" data-camera={problem ?? (isOpen ? 'open' : 'opening')}>
      <video ref={video} muted playsInline />
      {problem === undefined ? (
        <>
          <div className="camera-frame" aria-hidden="true" />
          <p className="camera-aim">{texts.cameraAim}</p>
          <button type="button" className="chip camera-switch" onClick={() => setSide(side === 'environment' ? 'user' : 'environment')}>
            {texts.cameraSwitch}
          </button>
        </>
      ) : (
        <div className="camera-problem" role="alert">
          <p>{texts[PROBLEM_TEXTS[problem]]}</p>
          <button type="button" onClick={retry}>
            {texts.retry}
          </button>
        </div>
      )}
    </div>
  );
}
