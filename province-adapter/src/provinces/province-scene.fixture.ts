import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { filesProvinceFolder, writeFilesProvince } from '../mapping/files-province.fixture.js';
import { leavesFiles } from '../mapping/mapping-folder.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import type { ProvinceDefinition, Source } from '../province-system.js';
import type { LocalSystem } from '../stand-in/local-system.js';
import { StandInOperator } from '../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import type { ProvinceContract } from './province-contract.js';
import { PROVINCE_FOLDERS, type ProvinceFolder, type ProvinceForm } from './registry.js';

/** How long a source waits for its local system, in milliseconds. */
export const TIMEOUT_MS = 1000;

/** Who asks. */
export const GATE: VerifierContext = {
  province: '520000',
  purpose: 'checkpoint',
  organisation: '91520000MA6DXXXX00',
  position: 'G60 Gate 1',
};

/** Members a local answer may have. */
export const ANSWER_MEMBERS: ReadonlySet<string> = new Set([
  'fields',
  'identity',
  'subjectReference',
  'maskedName',
  'maskedIdNumber',
  'guidance',
  'bizExtData',
  'answeredAt',
]);

/** Who is asked everything for those that use the national code itself: they differ in their code alone. */
const REPRESENTATIVE = 'guizhou';

/** Seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** The 32 nodes as the questions are put to them. */
export interface Nodes {
  readonly all: readonly ProvinceFolder[];
  readonly askedEverything: readonly ProvinceFolder[];
  readonly othersInDirectMode: readonly ProvinceFolder[];
  readonly directoryOf: (slug: string) => string;
  readonly leavesFiles: (folder: ProvinceFolder) => boolean;
  readonly loadContract: (folder: ProvinceFolder) => Promise<ProvinceContract>;
}

/**
 * The nodes of the registry, and in place of one that has no folder a province whose local system leaves files: written to a
 * temporary directory that is removed after the tests of the file.
 */
export function openNodes(): Nodes {
  const root = mkdtempSync(join(tmpdir(), 'provinces-contract-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const ofFiles = PROVINCE_FOLDERS.filter(({ slug, form }) => form === 'direct' && slug !== REPRESENTATIVE)
    .slice(0, 1)
    .map((node) => writeFilesProvince(root, node));
  const all = PROVINCE_FOLDERS.map((folder) => ofFiles.find(({ slug }) => slug === folder.slug) ?? folder);
  const directoryOf = (slug: string): string =>
    ofFiles.some((folder) => folder.slug === slug) ? filesProvinceFolder(root, slug) : join(import.meta.dirname, slug);
  const contracts: Readonly<Record<ProvinceForm, (slug: string) => Promise<ProvinceContract>>> = {
    typescript: async (slug) => ((await import(`./${slug}/contract.fixture.ts`)) as { contract: ProvinceContract }).contract,
    mapping: async (slug) => (await import('../mapping/mapped-contract.fixture.js')).loadMappedContract(directoryOf(slug)),
    direct: async () => (await import('../direct-mode/direct-mode-contract.fixture.js')).contract,
  };
  const askedEverything = all.filter(({ slug, form }) => form !== 'direct' || slug === REPRESENTATIVE);
  return {
    all,
    askedEverything,
    othersInDirectMode: all.filter((folder) => !askedEverything.includes(folder)),
    directoryOf,
    leavesFiles: ({ slug, form }) => form === 'mapping' && leavesFiles(directoryOf(slug)),
    loadContract: ({ form, slug }) => contracts[form](slug),
  };
}

/** A database for the stand-ins of one test file. Call where hooks may be registered. */
export function openStandInDatabase(): { readonly start: (system: LocalSystem) => Promise<StartedStandIn> } {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });
  return { start: (system) => startStandIn(system, { databaseUrl: database.url, host: '127.0.0.1', port: 0 }) };
}

/** One province with its stand-in, as long as the questions to it last. */
export class ProvinceScene {
  province!: ProvinceDefinition;
  contract!: ProvinceContract;
  system!: LocalSystem;
  standIn!: StartedStandIn;
  operator!: StandInOperator;
  source!: Source;
  baseUrl = '';

  private constructor(
    private readonly nodes: Nodes,
    private readonly folder: ProvinceFolder,
    private readonly startLocalSystem: (system: LocalSystem) => Promise<StartedStandIn>,
  ) {}

  /** Registers the hooks that start, calm and stop it. */
  static open(nodes: Nodes, folder: ProvinceFolder, startLocalSystem: (system: LocalSystem) => Promise<StartedStandIn>): ProvinceScene {
    const scene = new ProvinceScene(nodes, folder, startLocalSystem);
    beforeAll(() => scene.load());
    afterAll(() => scene.close());
    beforeEach(() => scene.operator.setFault('none'));
    return scene;
  }

  /** Starts the local system, again after it was stopped. */
  async start(): Promise<void> {
    this.standIn = await this.startLocalSystem(this.system);
    this.operator = new StandInOperator(`http://${this.standIn.address}`);
    this.baseUrl = this.contract.files === undefined ? `http://${this.standIn.address}` : pathToFileURL(this.contract.files.folder).href;
    this.source = this.province.createSource({ baseUrl: this.baseUrl, timeoutMs: TIMEOUT_MS, isStandIn: true });
  }

  /** One scanned code, read. */
  read(code: string): Promise<LocalAnswer> {
    return this.source.readCode(code, GATE);
  }

  private async load(): Promise<void> {
    [this.province, this.contract] = await Promise.all([this.folder.loadProvince(), this.nodes.loadContract(this.folder)]);
    this.system = await (this.contract.files ?? this.folder).loadLocalSystem();
    await this.start();
  }

  private async close(): Promise<void> {
    await this.standIn.stop();
    if (this.contract.files !== undefined) rmSync(this.contract.files.folder, { recursive: true, force: true });
  }
}
