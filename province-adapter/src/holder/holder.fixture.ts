import type { SubjectKey } from '@health-code/attestation';
import jsQR from 'jsqr';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { Declarants } from '../direct-mode/declaration.fixture.js';
import { createDirectModeLocalSystem } from '../direct-mode/direct-mode-local-system.js';
import { createDirectModeProfile } from '../direct-mode/direct-mode-profile.js';
import { createDirectModeProvince } from '../direct-mode/direct-mode-province.js';
import { CODE } from '../memory-province.fixture.js';
import { createReferenceResolver } from '../person/resolve-subject.js';
import type { DeclaringAgent, HealthDeclaration, NationalCodeOperations } from '../national-code-port.js';
import type { ProvinceDefinition } from '../province-system.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import type { DrawnCode } from './draw-code.js';

const PHONE = '19900000000';

/** A local system of the national code whose clock a test turns, for the adapter of {@link CODE}. */
export class HolderProvince {
  /** By how much the local system's clock is ahead, in milliseconds. */
  clock = 0;
  readonly #resolve: (document: HealthDeclaration['document']) => Promise<string>;
  readonly #declarants = new Declarants('995299');

  private constructor(
    private readonly database: TestDatabase,
    key: SubjectKey,
  ) {
    this.#resolve = createReferenceResolver(key);
  }

  #standIn: StartedStandIn | undefined;

  static async start(key: SubjectKey): Promise<HolderProvince> {
    const province = new HolderProvince(await createTestDatabase(), key);
    province.#standIn = await startStandIn(
      createDirectModeLocalSystem(createDirectModeProfile(CODE), []),
      { databaseUrl: province.database.url, host: '127.0.0.1', port: 0 },
      () => Date.now() + province.clock,
    );
    return province;
  }

  /** What an adapter is started with. */
  get definition(): ProvinceDefinition {
    const definition = createDirectModeProvince(createDirectModeProfile(CODE));
    return { ...definition, createSource: () => definition.createSource({ baseUrl: `http://${this.#standIn?.address ?? ''}`, timeoutMs: 5000, isStandIn: true }) };
  }

  get operations(): NationalCodeOperations {
    const { operations } = this.definition.createSource({ baseUrl: '', timeoutMs: 0 });
    if (operations === undefined) throw new Error('no operations');
    return operations;
  }

  /** Somebody who declared, with the reference that the adapter gives them. */
  async declare(facts: Partial<HealthDeclaration> = {}): Promise<HealthDeclaration> {
    const declared = this.#declarants.declare({ phone: PHONE, ...facts });
    const declaration = { ...declared, subjectReference: await this.#resolve(declared.document) };
    await this.operations.declareHealth(declaration);
    return declaration;
  }

  /** Somebody who has declared, as an agent for others. */
  agentOf({ document, subjectReference, name }: HealthDeclaration): DeclaringAgent {
    return { document, subjectReference, name, relationship: 'child' };
  }

  async end(): Promise<void> {
    await this.#standIn?.stop();
    await this.database.drop();
  }
}

/** A response with its text. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A browser of somebody: its cookie, and the forms of the page it has open. */
export class HolderBrowser {
  cookie = '';
  /** The last page of `/holder`. */
  page = '';

  constructor(
    readonly host: string,
    readonly address = `http://${host}`,
  ) {}

  async get(path = '/holder?lang=en'): Promise<Page> {
    return this.read(await fetch(this.address + path, { headers: { cookie: this.cookie }, redirect: 'manual' }));
  }

  /** As a form of the page sends it. */
  async post(path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = { origin: this.address }): Promise<Page> {
    const body = new URLSearchParams(fields).toString();
    const response = await fetch(this.address + path, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: this.cookie, ...headers }, redirect: 'manual' });
    const set = response.headers.get('set-cookie');
    if (set !== null) this.cookie = set.split(';')[0] ?? '';
    return this.read(response);
  }

  /** Logs in and opens the page. */
  async logIn({ document, name, phone }: Pick<HealthDeclaration, 'document' | 'name' | 'phone'>): Promise<Page> {
    const answer = await this.post('/holder/login?lang=en', { documentType: document.type, documentNumber: document.number, name, phone });
    if (answer.status === 303) await this.open();
    return answer;
  }

  async open(path?: string): Promise<string> {
    this.page = (await this.get(path)).text;
    return this.page;
  }

  /** The names of the members in the links of the page, in order. */
  get members(): readonly string[] {
    const links = this.page.slice(this.page.indexOf('<nav class="family"'), this.page.indexOf('</nav>'));
    return [...links.matchAll(/member=([\w-]+)/g)].map(([, name = '']) => name);
  }

  get token(): string {
    return /data-token="([\w-]+)"/.exec(this.page)?.[1] ?? '';
  }

  /** The answer to the script. */
  async code(member: string, form: 'online' | 'offline' = 'online'): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const { status, text } = await this.post('/holder/code?lang=en', { member, form, token: this.token });
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  }

  /** The text of the code that a scanner reads off the page. */
  async show(member: string, form: 'online' | 'offline' = 'online'): Promise<string> {
    const { status, body } = await this.code(member, form);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return scan(body as unknown as DrawnCode);
  }

  async sheet(member: string): Promise<Page> {
    return this.post('/holder/sheet?lang=en', { member, token: this.token });
  }

  private async read(response: Response): Promise<Page> {
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
}

/** What stands in a page's SVG. */
export function drawnIn(page: string): DrawnCode {
  const [, side = '0', path = ''] = /viewBox="0 0 (\d+) \d+"[^>]*><path d="([^"]*)"/.exec(page) ?? [];
  return { side: Number(side), path };
}

/** Reads a drawn code as a camera would. @throws Error when there is none */
export function scan({ side, path }: DrawnCode): string {
  const scale = 4;
  const width = side * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column += 1) pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  // Published as CommonJS: its types and Node disagree on where the function is.
  const read = (jsQR as unknown as typeof jsQR.default)(pixels, width, width, { inversionAttempts: 'dontInvert' });
  if (read === null) throw new Error('no code is drawn');
  return read.data;
}
