import { parseProvinceCode } from '@health-code/attestation';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import type { HealthDeclaration, NationalCodeOperations } from '../national-code-port.js';
import type { Source } from '../province-system.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { Declarants } from './declaration.fixture.js';
import { createDeclaredPeople } from './declared-people.js';
import { createDirectModeLocalSystem } from './direct-mode-local-system.js';
import { createDirectModeProfile } from './direct-mode-profile.js';
import { createDirectModeProvince } from './direct-mode-province.js';
import { createDirectModeSource } from './direct-mode-source.js';
import { startPushTarget, type PushTargetServer } from './push-target.fixture.js';

/** A province that has no folder: direct mode needs nothing but its code. */
export const CODE = parseProvinceCode('540000');

/** Who it is. */
export const PROFILE = createDirectModeProfile(CODE);

/** Who asks. */
export const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: 'Gate', position: 'G6 Gate 1' };

const PROVINCE = createDirectModeProvince(PROFILE);

/** A code as text, as a scanner reads it. */
export const textOf = (code: Uint8Array): string => new TextDecoder().decode(code);

/** A province in direct mode, its store, and an adapter that it pushes to. */
export class DirectModeRun {
  /** By how much the local system's clock is ahead, in milliseconds. */
  clock = 0;
  /** The HTTP status that the adapter answers a push with. */
  answerPush = 200;
  /** Bodies that the adapter accepted. */
  readonly pushed: unknown[] = [];
  readonly declarants = new Declarants('995499');
  #standIn: StartedStandIn | undefined;
  #source: Source | undefined;

  private constructor(
    private readonly database: TestDatabase,
    private readonly adapter: PushTargetServer,
  ) {}

  static async start(): Promise<DirectModeRun> {
    const adapter = await startPushTarget((body, authorization) => (authorization === 'Bearer push-token' ? run.accept(body) : 401));
    const run: DirectModeRun = new DirectModeRun(await createTestDatabase(), adapter);
    await run.up();
    return run;
  }

  /** As before the first test, but for what is stored. */
  reset(): void {
    this.clock = 0;
    this.answerPush = 200;
  }

  /** Starts the local system: again after {@link DirectModeRun.down}. */
  async up(): Promise<void> {
    this.#standIn = await startStandIn(
      createDirectModeLocalSystem(PROFILE, createDeclaredPeople(CODE)),
      { databaseUrl: this.database.url, host: '127.0.0.1', port: 0, push: { url: this.adapter.url, token: 'push-token' } },
      () => Date.now() + this.clock,
    );
    this.#source = createDirectModeSource(CODE, { baseUrl: `http://${this.address}`, timeoutMs: 2000 });
  }

  async down(): Promise<void> {
    await this.#standIn?.stop();
  }

  async end(): Promise<void> {
    await this.down();
    this.adapter.close();
    await this.database.drop();
  }

  get address(): string {
    return this.#standIn?.address ?? '';
  }

  get source(): Source {
    if (this.#source === undefined) throw new Error('not up');
    return this.#source;
  }

  get operations(): NationalCodeOperations {
    if (this.source.operations === undefined) throw new Error('no operations');
    return this.source.operations;
  }

  /** What somebody whom nobody knows yet declares. */
  declare(facts: Partial<HealthDeclaration> = {}): HealthDeclaration {
    return this.declarants.declare(facts);
  }

  translate(answer: LocalAnswer): ReturnType<typeof PROVINCE.translate> {
    return PROVINCE.translate(answer, Math.floor(Date.now() / 1000));
  }

  /** What is stated about a person now. */
  async statusOf({ document }: HealthDeclaration): Promise<ReturnType<typeof PROVINCE.translate>> {
    return this.translate(await this.source.readPerson(document, GATE));
  }

  async makeCode({ subjectReference }: HealthDeclaration, bizExtData = ''): ReturnType<NationalCodeOperations['makeCode']> {
    return this.operations.makeCode(await this.operations.applyCode(subjectReference, 'Gate', 'self', ''), bizExtData);
  }

  /** Statuses pushed about a person, oldest first. */
  statusesPushed({ document }: HealthDeclaration): readonly (string | undefined)[] {
    return this.pushed
      .flatMap((body) => this.source.parsePush?.(body) ?? [])
      .filter(({ identity }) => identity?.number === document.number)
      .map(({ fields }) => fields['status']);
  }

  private accept(body: unknown): number {
    if (this.answerPush === 200) this.pushed.push(body);
    return this.answerPush;
  }
}
