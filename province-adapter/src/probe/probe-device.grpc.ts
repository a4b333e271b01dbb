import { Metadata, type Client, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { openHubConnection, type HubAddress } from '../hub/hub-connection.grpc.js';
import type { HubCredentials } from '../hub/hub-credentials.js';
import type { Logger } from '../platform/logger.js';
import { createWakeUp } from '../platform/wake-up.js';
import { answerTask, type VerifyCode } from './answer-task.grpc.js';

/** A question waits no longer than the hub waits for the report. */
const CALL_TIMEOUT_MS = 8000;

/** Milliseconds before the first attempt after a stream that ended, and between two at most; doubled in between. */
const RETRY_MS = { shortest: 200, longest: 5000 } as const;

/** Milliseconds after which a stream counts as one that worked. */
const LASTING_MS = 10_000;

/** What a device is made of. */
export interface ProbeDeviceOptions {
  /** GB/T 2260. */
  readonly province: string;
  readonly hub: HubAddress;
  /** As the files stand now. @throws AdapterError CONFIG_INVALID */
  readonly readCredentials: () => HubCredentials;
  readonly log: Logger;
}

type Stream = ClientDuplexStream<v1.ProbeRequest.$Properties, v1.ProbeResponse>;

function openStream(client: Client): Stream {
  const method = serviceDefinition(v1.MutualRecognition)['Probe'];
  if (method === undefined) throw new Error('no method Probe');
  return client.makeBidiStreamRequest(method.path, method.requestSerialize as (value: v1.ProbeRequest.$Properties) => Buffer, method.responseDeserialize as (bytes: Buffer) => v1.ProbeResponse);
}

/**
 * 卡口探测: one checkpoint that takes part in measuring. It has a connection of its own, with its own certificate; what the
 * hub tells it to ask along a stream, it asks by VerifyCode on that connection, as for anybody who stands before it.
 */
export class ProbeDevice {
  readonly #options: ProbeDeviceOptions;
  readonly #wakeUp = createWakeUp();
  #running: Promise<void> = Promise.resolve();
  #stream: Stream | undefined;
  #isStopped = false;
  #told = '';

  constructor(options: ProbeDeviceOptions) {
    this.#options = options;
  }

  /** Offers itself until stopped; a hub that is away is asked again. */
  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stream?.cancel();
    this.#wakeUp.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs: number = RETRY_MS.shortest;
    while (!this.#isStopped) {
      const began = performance.now();
      await this.#serve();
      pauseMs = performance.now() - began > LASTING_MS ? RETRY_MS.shortest : Math.min(pauseMs * 2, RETRY_MS.longest);
      // Devices that lost one hub together do not come back all at once.
      await this.#wakeUp.pause(pauseMs * (0.5 + Math.random() / 2), () => this.#isStopped);
    }
  }

  /** One connection, from its first message to its end. Never rejects. */
  async #serve(): Promise<void> {
    let client: Client | undefined;
    try {
      client = openHubConnection(this.#options.hub, this.#options.readCredentials());
      await this.#follow(client);
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#stream = undefined;
      client?.close();
    }
  }

  #follow(client: Client): Promise<void> {
    const checkpoint = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: CALL_TIMEOUT_MS, metadata: new Metadata() }));
    const verifyCode: VerifyCode = (request) => checkpoint.verifyCode(request);
    const stream = openStream(client);
    this.#stream = stream;
    return new Promise((resolve, reject) => {
      stream.on('data', (task: v1.ProbeResponse) => {
        this.#told = '';
        void answerTask(task, this.#options.province, verifyCode, () => performance.now()).then((report) => {
          if (stream.writable) stream.write(report);
        });
      });
      stream.on('end', () => {
        stream.end();
        resolve();
      });
      stream.on('error', reject);
      stream.write({});
    });
  }

  /** Once for each reason: a hub that is away for a night is one line. */
  #tell(error: unknown): void {
    if (this.#isStopped) return;
    const { code, details } = error as Partial<ServiceError>;
    const reason = `${String(code)} ${details ?? ''}`;
    if (reason === this.#told) return;
    this.#told = reason;
    this.#options.log.warn({ err: error, province: this.#options.province }, 'the checkpoint is not asked to measure: it offers itself again');
  }
}
