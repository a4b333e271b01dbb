import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';

/** An answer over HTTPS. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is asked; a body is sent as JSON. */
export interface HttpsQuestion {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks a server of this machine by the name `localhost`, trusting one authority alone. @param address `host:port` */
export function callHttps(address: string, path: string, authority: Buffer, { method = 'GET', headers = {}, body }: HttpsQuestion = {}): Promise<HttpsAnswer> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request({ host: 'localhost', servername: 'localhost', port, path, method, ca: authority, agent: false, headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString('utf8') }); });
    });
    call.on('error', reject);
    call.end(payload);
  });
}
