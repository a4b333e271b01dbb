import { AttestationError } from '@health-code/attestation';
import type { Fetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import type { HubFiles } from './hub-files.js';

/** How the library of The Update Framework reads metadata here: from the hub alone, by the hub's authority alone, into memory. */
export class HubFetcher implements Fetcher {
  readonly #files: HubFiles;
  #failure: AttestationError | undefined;

  constructor(files: HubFiles) {
    this.#files = files;
  }

  /** What the network said, if it failed: the library wraps errors in sentences. */
  get failure(): AttestationError | undefined {
    return this.#failure;
  }

  async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    try {
      const { status, body } = await this.#files.get(url, maxLength);
      if (status === 200) return body;
      // The end of the chain of roots is a file that is not there; of any other, the repository lacks what it names.
      if (status !== 404 || !url.endsWith('.root.json')) this.#failure = new AttestationError('PACKAGE_UNREACHABLE', `the hub answered ${String(status)}`);
      throw new DownloadHTTPError('not there', status);
    } catch (error) {
      if (error instanceof AttestationError) this.#failure = error;
      throw error;
    }
  }

  /** Targets are fetched by their digest, not through the library: it keeps files, and a generation is kept whole. */
  downloadFile<T>(): Promise<T> {
    return Promise.reject(new AttestationError('PACKAGE_INVALID', 'only metadata are read this way'));
  }
}
