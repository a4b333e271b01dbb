import { parseProvinceCode } from '@health-code/attestation';
import { createMemoryDocuments } from '../bench/memory-documents.js';
import type { HealthDeclaration } from '../national-code-port.js';
import { RiskLevels, type RiskGrade } from '../risk-level/risk-levels.js';
import type { Documents } from '../stand-in/documents.js';
import type { RunningLocalSystem } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { Declarants, type Somebody } from './declaration.fixture.js';
import { createDirectModeLocalSystem } from './direct-mode-local-system.js';
import type { DirectModeOptions } from './direct-mode-options.js';
import { PATHS } from './national-code.js';

const CODE = parseProvinceCode('370000');

/** Levels that stand: each region, from that day on. */
export const levelsOf = (...stated: readonly (readonly [region: string, day: string, grade: RiskGrade])[]): RiskLevels =>
  RiskLevels.NONE.with(stated.map(([region, effectiveFrom, grade]) => ({ region, grade, effectiveFrom, authority: '91330106MA27Y4U47R', statedBy: '130000', statedAt: 0 })));

/** Milliseconds since the epoch of a moment in China. */
export const at = (day: string, time = '12:00:00'): number => Date.parse(`${day}T${time}+08:00`);

/** A national code in memory whose clock, levels and store a test turns by hand: for what happens between two moments. */
export class MemoryRun {
  readonly documents: Documents;
  readonly declarants = new Declarants('993797');
  clock = at('2022-03-20');
  /** Undefined while the adapter has not answered. */
  levels: RiskLevels | undefined;
  #running: RunningLocalSystem;

  /** @param wrap the store as the national code sees it */
  constructor(
    private readonly options: DirectModeOptions = {},
    wrap: (documents: Documents) => Documents = (documents) => documents,
  ) {
    this.documents = wrap(createMemoryDocuments());
    this.#running = this.open();
  }

  /** Ends the process and starts another on the same store. */
  restart(): void {
    this.#running = this.open();
  }

  async settleDue(): Promise<void> {
    await this.#running.settleDue?.();
  }

  async ask(path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await this.#running.routes.find((route) => route.path === path)?.answer({ parameters: {}, headers: {}, query: {}, body: { ...body } });
    const { content } = answer as { content: Record<string, unknown> | null };
    if (content === null) throw new Error(JSON.stringify(answer));
    return content;
  }

  async declareHealth(who: Somebody, facts: Partial<HealthDeclaration> = {}): Promise<void> {
    await this.ask(PATHS.declareHealth, this.declarants.declare({ ...who, declaredAt: this.clock / 1000, ...facts }));
  }

  async declareTrip({ subjectReference }: Somebody, toRegion: string, day: string): Promise<void> {
    await this.ask(PATHS.declareTrip, { subjectReference, trips: [{ toRegion, arrivedAt: at(day) / 1000 }] });
  }

  /** Disputes the status. Returns 纠错单号. */
  async correct({ subjectReference }: Somebody, claimedValue: string): Promise<string> {
    return String((await this.ask(PATHS.correctHealth, { subjectReference, disputedField: 'status', claimedValue, evidence: '' }))['ticket']);
  }

  async personOf({ document }: Somebody): Promise<SyntheticPerson | undefined> {
    return this.documents.collection<SyntheticPerson>('person').find(`${document.type}:${document.number}`);
  }

  async statusOf(who: Somebody): Promise<string | undefined> {
    return (await this.personOf(who))?.fields['status'];
  }

  private open(): RunningLocalSystem {
    return createDirectModeLocalSystem({ code: CODE, slug: 'memory' }, [], this.options).open({
      documents: this.documents,
      now: () => this.clock,
      randomHex: (bytes) => crypto.getRandomValues(Buffer.alloc(bytes)).toString('hex'),
      readRiskLevels: () => Promise.resolve(this.levels),
    });
  }
}
