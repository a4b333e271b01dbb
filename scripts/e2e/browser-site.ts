import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import type { PageInput } from './browser-page.js';

/** Compiled files that the page imports by their address. */
const LIBRARY = 'proto/attestation/dist/index.js';
const PAGE_SCRIPT = 'dist/scripts/e2e/browser-page.js';
/** What is served; the checkout also holds secrets of running systems. */
const SERVED = /^\/(node_modules|proto\/attestation\/dist|dist\/scripts\/e2e)\/[\w@./+-]+\.m?js$/;

/** A site on a free port of this machine alone. */
export interface Site {
  readonly url: string;
  close(): void;
}

const dependenciesOf = (folder: string): readonly string[] =>
  Object.keys((JSON.parse(readFileSync(join(checkoutDirectory(), folder, 'package.json'), 'utf8')) as { dependencies?: object }).dependencies ?? {});

/** Node is given another form of these than a browser by the name alone. */
const FOR_BROWSERS: Readonly<Record<string, string>> = { fflate: 'fflate/browser' };

/** Every package below the attestation package, as a browser without a bundler finds it: by its ES module. */
function createImportMap(): object {
  const imports: Record<string, string> = { '@health-code/attestation': `/${LIBRARY}` };
  const open = [...dependenciesOf('proto/attestation')];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name in imports) continue;
    imports[name] = `/${relative(checkoutDirectory(), fileURLToPath(import.meta.resolve(FOR_BROWSERS[name] ?? name)))}`;
    open.push(...dependenciesOf(join('node_modules', name)));
  }
  return { imports };
}

/** JSON inside a script element: no character that could end it. */
const embed = (value: object): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const createPage = (input: PageInput): string => `<!doctype html>
<meta charset="utf-8">
<title>Attestation in a browser</title>
<script type="importmap">${embed(createImportMap())}</script>
<script type="application/json" id="input">${embed(input)}</script>
<output id="outcome"></output>
<script type="module">
  const say = (outcome) => { document.getElementById('outcome').textContent = JSON.stringify(outcome); };
  try {
    const { proveInPage } = await import('/${PAGE_SCRIPT}');
    say(await proveInPage(JSON.parse(document.getElementById('input').textContent)));
  } catch (error) {
    say({ error: String(error?.stack ?? error) });
  }
</script>
`;

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
}

/**
 * Serves a page that puts what {@link PageInput} leads to into `#outcome`, and the modules it imports.
 * @throws Error when the checkout is not built
 */
export async function startSite(input: PageInput): Promise<Site> {
  for (const file of [LIBRARY, PAGE_SCRIPT]) {
    if (!existsSync(join(checkoutDirectory(), file))) throw new Error(`${file} is missing: run \`npm run build\` first`);
  }
  const page = createPage(input);
  const server = createServer((request, response) => {
    // The parser of URLs has resolved every `..`.
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') answer(response, 200, 'text/html', page);
    else if (SERVED.test(pathname) && existsSync(join(checkoutDirectory(), pathname))) answer(response, 200, 'text/javascript', readFileSync(join(checkoutDirectory(), pathname)));
    else answer(response, 404, 'text/plain', 'not found');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    // Web Crypto is there for secure origins only, and a loopback address is one.
    url: `http://127.0.0.1:${String(port)}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
