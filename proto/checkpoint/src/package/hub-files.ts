import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { rootCertificates } from 'node:tls';
import { AttestationError } from '@health-code/attestation';

/** What the hub answered over HTTP. */
export interface HubFile {
  readonly status: number;
  /** Without its parameters. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** Where the hub publishes, and by which authority it is known. */
export interface HubFilesOptions {
  /** `https://host:port`, or `http://` on this machine. */
  readonly url: string;
  /**
   * Authority of the hub's certificates, PEM; beside those that this platform knows, of one of which a certificate for browsers may be.
   * What is fetched is signed by itself: whoever stood in between could hold it back, and nothing else.
   */
  readonly authority: Buffer;
  /** The name in the hub's certificate, where it is not that of the URL. */
  readonly serverName?: string | undefined;
  /** Seconds since the epoch by the clock that the hub's is compared with; the system's where absent. */
  readonly now?: () => number;
  /** Milliseconds for one file, from the first byte asked to the last one received. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

const unreachable = (cause: unknown): AttestationError => new AttestationError('PACKAGE_UNREACHABLE', 'the hub gave no answer over HTTP', { cause });

/** The body, of at most `limit` bytes: more is not read. */
async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(response.headers['content-length'] ?? NaN);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) throw new AttestationError('PACKAGE_TOO_LARGE', `a file is longer than the ${String(limit)} bytes that were asked for`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AttestationError) throw error;
    // The connection ended before the body did.
    throw length > 0 || !response.complete ? new AttestationError('PACKAGE_TRUNCATED', 'a file ended before its end', { cause: error }) : unreachable(error);
  }
  if (announced > length) throw new AttestationError('PACKAGE_TRUNCATED', 'a file is shorter than it was announced');
  return Buffer.concat(chunks);
}

/** Reads files that the hub publishes: only from it, only so long, and only so much. */
export class HubFiles {
  readonly #options: HubFilesOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  /** Seconds by which the hub's clock was ahead when it answered last. */
  #ahead: number | undefined;

  constructor(options: HubFilesOptions) {
    this.#options = options;
    this.#agent = this.#isTls ? new HttpsAgent({ keepAlive: true, maxSockets: 8, ca: [options.authority.toString('latin1'), ...rootCertificates], ...(options.serverName === undefined ? {} : { servername: options.serverName }) }) : new HttpAgent({ keepAlive: true, maxSockets: 8 });
  }

  get #isTls(): boolean {
    return this.url.startsWith('https:');
  }

  /** The hub's URL, without a slash at its end. */
  get url(): string {
    return this.#options.url.replace(/\/+$/, '');
  }

  /** Seconds since the epoch by the hub's clock, now: by how much it differed when the hub answered last. */
  serverTime(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#now() + this.#ahead;
  }

  /**
   * One file, whatever its status says.
   * @param path below the hub's URL, beginning with `/`; or the whole URL
   * @throws AttestationError PACKAGE_UNREACHABLE, PACKAGE_TRUNCATED, PACKAGE_TOO_LARGE for a file of more than `limit` bytes
   */
  async get(path: string, limit: number): Promise<HubFile> {
    const response = await this.#open(path);
    const date = Date.parse(response.headers.date ?? '');
    if (!Number.isNaN(date)) this.#ahead = Math.floor(date / 1000) - this.#now();
    const body = await readBody(response, limit);
    return { status: response.statusCode ?? 0, contentType: (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '', body };
  }

  /**
   * The same where anything but 200 is a failure.
   * @throws AttestationError as {@link get}, and PACKAGE_UNREACHABLE for another status
   */
  async getExisting(path: string, limit: number): Promise<HubFile> {
    const file = await this.get(path, limit);
    if (file.status !== 200) throw new AttestationError('PACKAGE_UNREACHABLE', `the hub answered ${String(file.status)}`);
    return file;
  }

  /** Ends the connections that are kept for the next file. */
  close(): void {
    this.#agent.destroy();
  }

  #now(): number {
    return this.#options.now?.() ?? Math.floor(Date.now() / 1000);
  }

  #open(path: string): Promise<IncomingMessage> {
    const request = this.#isTls ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.url), { agent: this.#agent, signal: AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS) }, resolve);
      call.on('error', (error) => reject(unreachable(error)));
      call.end();
    });
  }
}
