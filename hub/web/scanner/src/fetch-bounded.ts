import { AttestationError } from '@health-code/attestation';

/** Milliseconds within which a file has to be there as a whole; a package of many lists may be fetched over a slow network. */
const WITHIN_MS = 60_000;

/** A file as it came. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  /** Without parameters. */
  readonly contentType: string;
}

/**
 * Fetches a file of at most `limit` bytes, not from the browser's own cache: the package has rules of its own for what is kept.
 * @param onAnswer told as soon as there is an answer, whatever it is
 * @throws {AttestationError} PACKAGE_UNREACHABLE, PACKAGE_TOO_LARGE for a longer one
 */
export async function fetchBounded(url: string, limit: number, onAnswer: (response: Response) => void): Promise<FetchedFile> {
  try {
    const response = await fetch(url, { cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(WITHIN_MS) });
    onAnswer(response);
    if (!response.ok || response.body === null) throw new AttestationError('PACKAGE_UNREACHABLE', `the server answered ${String(response.status)}`);
    const contentType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    return { bytes: await readBounded(response.body, limit), contentType };
  } catch (error) {
    if (error instanceof AttestationError) throw error;
    throw new AttestationError('PACKAGE_UNREACHABLE', 'the server cannot be reached', { cause: error });
  }
}

async function readBounded(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > limit) {
      await reader.cancel();
      throw new AttestationError('PACKAGE_TOO_LARGE', 'a file is longer than it may be');
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
