/** One code as the decoder read it. */
export interface Scanned {
  readonly bytes: Uint8Array;
  readonly text: string;
}
