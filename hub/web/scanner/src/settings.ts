import { CHECKPOINT_CLASSES } from '@health-code/attestation';
import type { Place } from './check-result.js';

const CLASS_KEY = 'checkpoint-class';
const WAY_KEY = 'way';
const SOUND_KEY = 'sound';

/** Where the worker said this checkpoint stands; the province is that of the certificate. */
export function rememberedPlace(province: string): Place {
  const remembered = localStorage.getItem(CLASS_KEY);
  return { province, checkpointClass: CHECKPOINT_CLASSES.find((name) => name === remembered) ?? 'general' };
}

/** Keeps the kind of checkpoint for the next time. */
export const rememberPlace = ({ checkpointClass }: Place): void => localStorage.setItem(CLASS_KEY, checkpointClass);

/** How codes are shown here: a gate with a scanner of its own needs no camera. */
export const WAYS = ['camera', 'image', 'typed', 'card'] as const;

/** One of {@link WAYS}. */
export type Way = (typeof WAYS)[number];

/** The way that was used here last; the camera where none was. */
export function rememberedWay(): Way {
  const remembered = localStorage.getItem(WAY_KEY);
  return WAYS.find((way) => way === remembered) ?? 'camera';
}

/** Keeps it for the next time. */
export const rememberWay = (way: Way): void => localStorage.setItem(WAY_KEY, way);

/** Whether results are to be heard; they are where nobody said otherwise. */
export const isSoundRemembered = (): boolean => localStorage.getItem(SOUND_KEY) !== 'off';

/** Keeps that for the next time. */
export const rememberSound = (isOn: boolean): void => localStorage.setItem(SOUND_KEY, isOn ? 'on' : 'off');
