import { useState, type ReactElement } from 'react';
import type { Scanned } from './scanned.js';
import { decodeImage } from './decoder.js';
import { useTexts } from './page-context.js';

/** Photographs of new phones are larger than a decoder needs, and than a cheap device has memory for. */
const LONGEST_SIDE = 2400;

async function readPicture(file: File): Promise<ImageData> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser draws nothing');
  // A screenshot may be transparent: black modules on nothing would be black on black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** A code in an image file, chosen, dropped or pasted. */
export function ImageEntry({ onScanned }: { readonly onScanned: (scanned: Scanned) => void }): ReactElement {
  const { texts } = useTexts();
  const [problem, setProblem] = useState<'imageNothing' | 'imageUnreadable'>();
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(undefined);
    let picture: ImageData;
    try {
      picture = await readPicture(file);
    } catch {
      setProblem('imageUnreadable');
      return;
    }
    const [first] = await decodeImage(picture).catch(() => []);
    if (first === undefined) setProblem('imageNothing');
    else onScanned(first);
  };
  return (
    <div
      className="fields"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void read(event.dataTransfer.files[0]);
      }}
    >
      <p>{texts.imageLead}</p>
      <label className="file primary">
        {texts.imageChoose}
        <input
          type="file"
          accept="image/*"
          onChange={(event) => {
            void read(event.target.files?.[0]);
            // The same file may be chosen again.
            event.target.value = '';
          }}
        />
      </label>
      {problem !== undefined && (
        <p className="field-error" role="alert" data-problem={problem}>
          {texts[problem]}
        </p>
      )}
    </div>
  );
}
