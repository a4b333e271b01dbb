import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local system of a test, with the kit's three ports. `GET /verify?code=` and `GET /person?number=` are its own interface. */
export interface FakeLocalSystem {
  readonly origin: string;
  stop(): Promise<void>;
}

export const CODE_PREFIX = 'fake-code:';
const CODE_LIFETIME_S = 3600;

interface Person {
  readonly person: string;
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  status: string;
}

const numberOf = (index: number): string => {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const body = `99999919000101${String(index + 1).padStart(3, '0')}`;
  return body + '10X98765432'.charAt(weights.reduce((sum, weight, place) => sum + weight * Number(body[place]), 0) % 11);
};

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

export async function startFakeLocalSystem(): Promise<FakeLocalSystem> {
  const people: Person[] = Array.from({ length: 8 }, (_unused, index) => ({ person: String(index), name: `测试人${String(index)}`, documentType: '01', documentNumber: numberOf(index), status: 'green' }));
  const codes = new Map<string, { readonly person: Person; readonly issuedAt: number }>();
  const answerAbout = ({ documentNumber, status, name }: Person) => ({ result: 'ok', number: documentNumber, name: `${name.slice(0, 1)}**`, status });

  const answer = (path: string, query: URLSearchParams, body: Record<string, unknown>): unknown => {
    const person = people.find((candidate) => candidate.person === body['person']);
    switch (path) {
      case '/stand-in/people':
        return people;
      case '/stand-in/status':
        if (person !== undefined) person.status = String(body['value']);
        return {};
      case '/stand-in/codes': {
        const code = CODE_PREFIX + randomBytes(16).toString('hex');
        if (person !== undefined) codes.set(code, { person, issuedAt: Date.now() / 1000 - Number(body['ageSeconds']) });
        return { code };
      }
      case '/verify': {
        const issued = codes.get(query.get('code') ?? '');
        if (issued === undefined) return { result: 'unknown' };
        const isOld = Date.now() / 1000 - issued.issuedAt > CODE_LIFETIME_S;
        return isOld ? { ...answerAbout(issued.person), result: 'expired' } : answerAbout(issued.person);
      }
      case '/person': {
        const found = people.find(({ documentNumber }) => documentNumber === query.get('number'));
        return found === undefined ? { result: 'nobody' } : answerAbout(found);
      }
      default:
        return undefined;
    }
  };
  const server = createServer((request, response) => {
    void readJson(request).then((body) => {
      const url = new URL(request.url ?? '', 'http://local');
      const said = answer(url.pathname, url.searchParams, body);
      response.writeHead(said === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(said ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
