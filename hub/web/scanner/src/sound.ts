import type { SoundName } from './look.js';

interface Tone {
  /** Hertz. */
  readonly pitch: number;
  /** Seconds. */
  readonly from: number;
  readonly length: number;
  readonly wave: OscillatorType;
}

/** Told apart by their number, direction and length, not by pitch alone: up for pass, two even for caution, three low for stop, one long for refused. */
const SOUNDS: Readonly<Record<SoundName, readonly Tone[]>> = {
  pass: [
    { pitch: 880, from: 0, length: 0.12, wave: 'sine' },
    { pitch: 1320, from: 0.13, length: 0.2, wave: 'sine' },
  ],
  caution: [
    { pitch: 660, from: 0, length: 0.18, wave: 'triangle' },
    { pitch: 660, from: 0.28, length: 0.18, wave: 'triangle' },
  ],
  stop: [0, 0.22, 0.44].map((from) => ({ pitch: 330, from, length: 0.16, wave: 'square' as const })),
  refused: [{ pitch: 220, from: 0, length: 0.5, wave: 'sawtooth' }],
};

const LOUDNESS = 0.25;
/** Rise and fall of a tone in seconds: without them it clicks. */
const EDGE = 0.015;

let output: AudioContext | undefined;

/** Plays the sound of a result. Silent where the browser gives no sound, or the page was not touched yet. */
export function playSound(name: SoundName): void {
  try {
    output ??= new AudioContext();
  } catch {
    return;
  }
  const context = output;
  if (context.state === 'suspended') context.resume().catch(() => undefined);
  for (const tone of SOUNDS[name]) playTone(context, tone);
}

function playTone(context: AudioContext, { pitch, from, length, wave }: Tone): void {
  const [begin, end] = [context.currentTime + from, context.currentTime + from + length];
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + EDGE);
  gain.gain.setValueAtTime(LOUDNESS, end - EDGE);
  gain.gain.linearRampToValueAtTime(0, end);
  const oscillator = context.createOscillator();
  oscillator.type = wave;
  oscillator.frequency.value = pitch;
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(end);
}
