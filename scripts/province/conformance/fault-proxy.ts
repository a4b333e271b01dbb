import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { millisecondsOf, type Fault } from './suite-schema.js';

/** Spoils what a local system under test says. */
export interface FaultPlayer {
  /** From now on; `{}` ends it. */
  setFault(fault: Fault): void;
  /** How often the local system was asked so far, or may have been. */
  requests(): number;
  /** Whether nobody who reads what the fault leaves can know that something is missing. */
  mayGoUnnoticed(fault: Fault): boolean;
  /** Why this local system cannot misbehave so; undefined where it can. */
  reasonAgainst(fault: Fault): string | undefined;
  stop(): Promise<void>;
}

/** Stands before a local system that is asked over HTTP. */
export interface FaultProxy extends FaultPlayer {
  /** http://host:port, what the adapter is told as its local system. */
  readonly origin: string;
}

const NOT_PASSED_ON = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding']);

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** An answer of the local system. */
export interface LocalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Asks the local system itself. Uncompressed, so that what is cut or replaced is its text. */
async function askLocalSystem(target: URL, asked: IncomingMessage, body: Buffer): Promise<LocalAnswer> {
  const headers = { ...asked.headers, 'accept-encoding': 'identity', 'content-length': String(body.byteLength) };
  const options = { host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sendRequest(options, resolve).once('error', reject).end(body);
  });
  const kept = Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined || NOT_PASSED_ON.has(name) ? [] : [[name, value] as const]));
  return { status: answer.statusCode ?? 502, headers: Object.fromEntries(kept), body: await readAll(answer) };
}

function substitute(body: Buffer, { find, with: replacement }: { readonly find: string; readonly with: string }): Buffer {
  return Buffer.from(body.toString('latin1').replaceAll(Buffer.from(find).toString('latin1'), () => Buffer.from(replacement).toString('latin1')), 'latin1');
}

/** The answer as a fault leaves it. */
export function spoil({ status, headers, body }: LocalAnswer, fault: Fault): LocalAnswer {
  let spoilt = fault.body === undefined ? body : Buffer.from(fault.body);
  if (fault.substitute !== undefined) spoilt = substitute(spoilt, fault.substitute);
  if (fault.truncate !== undefined) spoilt = spoilt.subarray(0, Math.floor(spoilt.byteLength * fault.truncate));
  if (fault.padTo !== undefined) spoilt = Buffer.concat([spoilt, Buffer.alloc(Math.max(0, fault.padTo - spoilt.byteLength), ' ')]);
  return {
    status: fault.status ?? status,
    headers: {
      ...headers,
      ...(fault.mediaType === undefined ? {} : { 'content-type': fault.mediaType }),
      ...(fault.location === undefined ? {} : { location: fault.location }),
    },
    body: spoilt,
  };
}

async function drip(body: Buffer, everyMs: number, response: ServerResponse): Promise<void> {
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await delay(everyMs, undefined, { ref: false });
  }
  response.end();
}

/** Puts an answer on the wire as the fault wants it. */
async function answer({ status, headers, body }: LocalAnswer, fault: Fault, response: ServerResponse): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': String(body.byteLength) } as Record<string, string>);
  if (fault.stall === true) response.flushHeaders();
  else if (fault.cut !== undefined) response.write(body.subarray(0, Math.max(1, Math.floor(body.byteLength * fault.cut))), () => response.destroy());
  else if (fault.drip !== undefined) await drip(body, millisecondsOf(fault.drip), response);
  else response.end(body);
}

/** Starts a proxy before `localSystem` (an origin). */
export async function startFaultProxy(localSystem: string, port: number): Promise<FaultProxy> {
  const target = new URL(localSystem);
  let fault: Fault = {};
  let requests = 0;
  const serve = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const inForce = fault;
    const body = await readAll(asked);
    if (inForce.hangUp === true) {
      response.destroy();
      return;
    }
    if (inForce.delay !== undefined) await delay(millisecondsOf(inForce.delay), undefined, { ref: false });
    await answer(spoil(await askLocalSystem(target, asked, body), inForce), inForce, response);
  };
  const server = createServer((asked, response) => {
    serve(asked, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    setFault: (next) => {
      fault = next;
    },
    requests: () => requests,
    mayGoUnnoticed: () => false,
    reasonAgainst: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
