import type { ReactElement } from 'react';
import type { ShapeName } from './look.js';

const DIAMOND = <path className="shape-body" d="M50 3 97 50 50 97 3 50Z" />;

const DRAWINGS: Readonly<Record<ShapeName, ReactElement>> = {
  'circle-check': (
    <>
      <circle className="shape-body" cx="50" cy="50" r="46" />
      <path className="shape-mark" d="M27 52 43 68 74 34" />
    </>
  ),
  triangle: (
    <>
      <path className="shape-body" d="M50 6 97 92H3Z" />
      <path className="shape-mark" d="M50 38v26M50 78v1" />
    </>
  ),
  square: (
    <>
      <rect className="shape-body" x="6" y="6" width="88" height="88" />
      <path className="shape-mark" d="M30 50h40" />
    </>
  ),
  'diamond-pause': (
    <>
      {DIAMOND}
      <path className="shape-mark" d="M41 36v28M59 36v28" />
    </>
  ),
  'diamond-question': (
    <>
      {DIAMOND}
      <path className="shape-mark" d="M38 40a12 12 0 1 1 17 11c-4 2-5 4-5 9M50 73v1" />
    </>
  ),
  'diamond-cross': (
    <>
      {DIAMOND}
      <path className="shape-mark" d="M36 36 64 64M64 36 36 64" />
    </>
  ),
  'diamond-clock': (
    <>
      {DIAMOND}
      <circle className="shape-mark" cx="50" cy="50" r="21" />
      <path className="shape-mark" d="M50 38v12l8 6" />
    </>
  ),
  'diamond-note': (
    <>
      {DIAMOND}
      <path className="shape-mark" d="M50 30v26M50 69v1" />
    </>
  ),
};

/** The shape of a result; the word beside it says the same to whoever does not see it. */
export const Shape = ({ name }: { readonly name: ShapeName }): ReactElement => (
  <svg className="shape" viewBox="0 0 100 100" aria-hidden="true" data-shape={name}>
    {DRAWINGS[name]}
  </svg>
);
