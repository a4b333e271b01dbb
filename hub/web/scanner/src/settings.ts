import { CHECKPOINT_CLASSES } from '@health-code/attestation';
import type { Place } from './check-result.js';

const CLASS_KEY = 'checkpoint-class';
const SOUND_KEY = 'sound';

/** Where the worker said this checkpoint stands; the province is that of the certificate. */
export function rememberedPlace(province: string): Place {
  const remembered = localStorage.getItem(CLASS_KEY);
  return { province, checkpointClass: CHECKPOINT_CLASSES.find((name) => name === remembered) ?? 'general' };
}

/** Keeps the kind of checkpoint for the next time. */
export const rememberPlace = ({ checkpointClass }: Place): void => localStorage.setItem(CLASS_KEY, checkpointClass);

/** Whether results are to be heard; they are where nobody said otherwise. */
export const isSoundRemembered = (): boolean => localStorage.getItem(SOUND_KEY) !== 'off';

/** Keeps that for the next time. */
export const rememberSound = (isOn: boolean): void => localStorage.setItem(SOUND_KEY, isOn ? 'on' : 'off');
