import { TUFClient, type FileBackend } from '@freedomofpress/tuf-browser';
import { AttestationError } from '@health-code/attestation';

/** What a {@link boundedTufClient} works with. */
export interface BoundedTufOptions {
  /** Above `metadata/` and `targets/`. */
  readonly url: string;
  readonly pinnedRoot: string;
  readonly backend: FileBackend;
  /** A metadata file by its name, of no more bytes than it may have. @throws {AttestationError} PACKAGE_UNREACHABLE, PACKAGE_TOO_LARGE */
  readonly fetchFile: (name: string) => Promise<Uint8Array>;
}

/**
 * The library's client, which would read metadata however long it is: whoever answers could fill a device's memory before anything is
 * verified. It offers no way to fetch by other means, so that the one of its methods which fetches is put aside; a test fails where another version has none.
 */
export function boundedTufClient({ url, pinnedRoot, backend, fetchFile }: BoundedTufOptions): TUFClient {
  const client = new TUFClient(`${url}/metadata/`, pinnedRoot, 'package', `${url}/targets/`, { backend });
  const fetchMetafileBase = async (role: string, version: number): Promise<Response> => {
    try {
      return new Response((await fetchFile(`${version === -1 ? '' : `${String(version)}.`}${encodeURIComponent(role)}.json`)) as Uint8Array<ArrayBuffer>);
    } catch (error) {
      // By these words it knows that there is no further root.
      if (error instanceof AttestationError && error.code === 'PACKAGE_UNREACHABLE') throw new Error('Failed to fetch', { cause: error });
      throw error;
    }
  };
  Object.assign(client, { fetchMetafileBase });
  return client;
}
