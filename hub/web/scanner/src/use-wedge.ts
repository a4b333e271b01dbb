import { useEffect, useRef } from 'react';
import { WedgeReader } from './wedge.js';

/** Listens on the whole page for a scanner that acts as a keyboard; what a person types into a field stays with the field. */
export function useWedge(onScanned: (text: string) => void): void {
  const latest = useRef(onScanned);
  latest.current = onScanned;
  useEffect(() => {
    const reader = new WedgeReader();
    const listen = (event: KeyboardEvent): void => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = reader.press(event.key, event.timeStamp);
      if (step.kind === 'nothing') return;
      // Not into the field that happens to have the focus, and Enter submits nothing.
      event.preventDefault();
      if (step.kind === 'scanned') {
        clearFocusedField();
        latest.current(step.text);
      }
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}

/** The first characters of a scan had reached the field before their speed could be told. */
function clearFocusedField(): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) focused.blur();
}
