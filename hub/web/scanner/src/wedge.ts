/** A scanner in keyboard mode sends a character every few milliseconds; nobody types like that. */
const GREATEST_PAUSE_MS = 60;
/** Shorter ones are typed by accident. */
const SHORTEST = 8;
/** The largest code a QR code holds, with room. */
const LONGEST = 8192;

/** What a key means for a {@link WedgeReader}: still nothing, part of a scan, or the end of one. */
export type WedgeStep = { readonly kind: 'nothing' | 'part' } | { readonly kind: 'scanned'; readonly text: string };

const NOTHING: WedgeStep = { kind: 'nothing' };

/** 键盘口扫码枪: tells the keys of a scanner or card reader that acts as a keyboard from those of a person, by their speed. It ends with Enter or Tab. */
export class WedgeReader {
  #text = '';
  #lastAt = 0;

  /** @param key `KeyboardEvent.key` @param at milliseconds, of a clock that does not go back */
  press(key: string, at: number): WedgeStep {
    const isSlow = at - this.#lastAt > GREATEST_PAUSE_MS;
    this.#lastAt = at;
    if (isSlow) this.#text = '';
    if (key === 'Enter' || key === 'Tab') {
      const text = this.#text;
      this.#text = '';
      return text.length >= SHORTEST ? { kind: 'scanned', text } : NOTHING;
    }
    // "Shift" and its like have names of several characters.
    if (!/^.$/su.test(key) || this.#text.length >= LONGEST) return NOTHING;
    this.#text += key;
    return this.#text.length > 2 ? { kind: 'part' } : NOTHING;
  }
}
