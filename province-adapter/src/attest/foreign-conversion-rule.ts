import type { ProvinceCode } from '@health-code/attestation';
import type { AssignmentRule, RecognitionMode } from '../province-system.js';

/** Modes in which a province makes statements of its own from foreign ones; in the third it takes them in beside its own. */
export const isConverting = (mode: RecognitionMode): boolean => mode === 'convert' || mode === 'direct';

/** 转码规则 that every converted statement of a province cites: status, reason, authority and evidence are those of its source. */
export const foreignConversionRule = (code: ProvinceCode): AssignmentRule => ({
  id: `${code}-conversion-foreign`,
  version: '1',
  title: '外省健康码转码规则',
});
