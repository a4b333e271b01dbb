import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The place of an adapter, as far as a stand-in pushes to it; whatever else is asked of it is not there. */
export interface PushTargetServer {
  readonly url: string;
  close(): void;
}

/** @param answer the HTTP status for a pushed body, which came with this `authorization` */
export async function startPushTarget(answer: (body: unknown, authorization: string | undefined) => number | Promise<number>): Promise<PushTargetServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const reply = async (): Promise<number> => {
      if (request.method !== 'POST' || request.url !== '/push') return 404;
      return answer(JSON.parse(Buffer.concat(chunks).toString()), request.headers.authorization);
    };
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        reply().then((status) => response.writeHead(status).end(), () => response.writeHead(503).end());
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/push`,
    close: () => {
      server.close();
    },
  };
}
