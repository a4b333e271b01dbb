import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { forbidden: IForbiddenRuleType[]; options: ICruiseOptions };

/** One file that breaks each rule, and what it imports. */
const PLANTED: Readonly<Record<string, readonly [file: string, imports: string]>> = {
  'no-cycles': ['hub/src/dispute/first.ts', './second.js'],
  'attestation-stands-alone': ['proto/attestation/src/archive.ts', 'node:fs'],
  'checkpoints-speak-the-protocol': ['proto/checkpoint/src/familiar.ts', '../../../hub/src/target.js'],
  'messages-know-no-party': ['proto/messages/src/verdict.ts', '../../attestation/src/target.js'],
  'hub-and-adapters-meet-only-on-the-wire': ['hub/src/dispute/borrow.ts', '../../../province-adapter/src/target.js'],
  'services-do-not-know-how-they-are-run': ['province-adapter/src/comfortable.ts', '../../deploy/embedded/target.js'],
  'pages-speak-the-device-api': ['hub/web/scanner/familiar.ts', '../../src/target.js'],
  'services-are-started-not-imported': ['scripts/shortcut.ts', '../hub/src/target.js'],
  'no-suffix-means-pure': ['hub/src/dispute/decide.ts', 'typeorm'],
  'pure-does-not-call-the-edge': ['hub/src/dispute/dispute.ts', './dispute.store.js'],
  'rows-stay-with-their-store': ['hub/src/dispute/dispute.grpc.ts', './dispute.row.js'],
  'provinces-do-not-know-each-other': ['province-adapter/src/provinces/beijing/translate.ts', '../shanghai/target.js'],
  'tests-are-not-imported': ['hub/src/dispute/convenient.ts', './dispute.fixture.js'],
  'imports-resolve': ['hub/src/dispute/typo.ts', './no-such-file.js'],
};

/** What the planted files import, and what must stay allowed. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'hub/src/dispute/second.ts': ['./first.js'],
  'hub/src/dispute/dispute.store.ts': ['typeorm', './dispute.row.js'],
  'hub/src/dispute/dispute.row.ts': [],
  'hub/src/dispute/dispute.fixture.ts': ['../../../deploy/embedded/target.js', './dispute.store.js'],
  'hub/src/main.ts': ['typeorm', './dispute/dispute.store.js', '../../proto/attestation/src/target.js', '../../proto/messages/src/target.js'],
  'hub/src/target.ts': [],
  'hub/web/shared/target.ts': [],
  'hub/web/scanner/page.ts': ['../shared/target.js', '../../../proto/attestation/src/target.js'],
  'hub/src/web/answer.ts': ['../../web/shared/target.js'],
  'province-adapter/src/target.ts': [],
  'province-adapter/src/provinces/registry.ts': ['./shanghai/target.js'],
  'province-adapter/src/provinces/shanghai/target.ts': ['../../target.js'],
  'proto/attestation/src/target.ts': [],
  'proto/checkpoint/src/target.ts': ['../../attestation/src/target.js', '../../messages/src/target.js'],
  'proto/messages/src/target.ts': [],
  'deploy/embedded/target.ts': ['typeorm'],
};

describe('the architecture rules', () => {
  const tree = mkdtempSync(join(tmpdir(), 'architecture-'));
  let violations: readonly { readonly rule: string; readonly file: string }[] = [];

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  };

  beforeAll(async () => {
    for (const [file, imports] of [...Object.values(PLANTED).map(([file, name]) => [file, [name]] as const), ...Object.entries(ALLOWED)]) {
      write(file, `${imports.map((name) => `import '${name}';\n`).join('')}export const here = true;\n`);
    }
    write('node_modules/typeorm/package.json', '{ "name": "typeorm", "main": "index.js" }');
    write('node_modules/typeorm/index.js', '');
    const { output } = await cruise(['hub', 'province-adapter', 'proto', 'deploy', 'scripts'], {
      baseDir: tree,
      validate: true,
      ruleSet: { forbidden },
      tsPreCompilationDeps: true,
      ...(options.doNotFollow === undefined ? {} : { doNotFollow: options.doNotFollow }),
    });
    violations = (output as ICruiseResult).summary.violations.map(({ rule, from }) => ({ rule: rule.name, file: from }));
  });

  afterAll(() => {
    rmSync(tree, { recursive: true });
  });

  it('are each planted against', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(forbidden.map(({ name }) => name ?? '').sort());
  });

  it.each(Object.entries(PLANTED))('%s fails on the file planted for it', (rule, [file]) => {
    expect(violations).toContainEqual({ rule, file });
  });

  it('fail on nothing else', () => {
    const planted = new Set(Object.values(PLANTED).map(([file]) => file));
    expect(violations.filter(({ file, rule }) => !planted.has(file) && rule !== 'no-cycles')).toEqual([]);
  });
});
