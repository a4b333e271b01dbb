/** A picture for the decoder. */
export interface DecodeRequest {
  readonly id: number;
  readonly picture: ImageData;
}

/** What was in it; no `found` where the decoder failed. */
export interface DecodeReply {
  readonly id: number;
  readonly found?: readonly { readonly bytes: Uint8Array; readonly text: string }[];
}
