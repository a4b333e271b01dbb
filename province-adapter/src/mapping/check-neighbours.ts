import { getProvince, mayTakeTheSame, type ProvinceCode } from '@health-code/attestation';
import type { CodeRecogniser } from '../province-system.js';
import type { FolderDisagreement } from './folder-disagreement.js';
import type { Mapping } from './mapping-schema.js';

/** Another province, and what it takes for its codes. */
export interface Neighbour {
  readonly code: ProvinceCode;
  readonly recognisers: readonly CodeRecogniser[];
}

const show = ({ infix, maxLength, minLength, prefix }: CodeRecogniser): string => `'${prefix}'${infix === '' ? '' : ` with '${infix}'`}, ${minLength} to ${maxLength} bytes`;

/** Recognisers that the hub would refuse at the registration, because another province takes such texts for its own. */
export function findOverlaps({ codes }: Pick<Mapping, 'codes'>, own: ProvinceCode, neighbours: readonly Neighbour[]): readonly FolderDisagreement[] {
  const { english } = getProvince(own);
  return codes.recognise.flatMap((recogniser, index) =>
    neighbours.filter(({ code }) => code !== own).flatMap(({ code, recognisers }) => {
      const rival = recognisers.find((other) => mayTakeTheSame(recogniser, other));
      if (rival === undefined) return [];
      const { english: other, slug } = getProvince(code);
      return [{ file: 'mapping.yaml' as const, path: ['codes', 'recognise', index], what: `${english} would take texts that ${other} (${slug}) takes for its codes: ${show(rival)}; the hub refuses whoever registers second. Another prefix, other lengths, or an infix of 8 bytes or more on both sides tells them apart` }];
    }));
}
