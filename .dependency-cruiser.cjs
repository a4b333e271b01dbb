/**
 * Who may import whom. Every rule says why, and scripts/architecture.test.ts plants a violation of each.
 * Run with `npm run check:architecture`.
 */
const FRAMEWORKS = '(^|node_modules/)(@nestjs|typeorm|pg|@nats-io|@grpc|pino|fastify|reflect-metadata|rxjs)(/|$)';
const TESTS = '\\.(test|e2e|fixture)\\.tsx?$';
/** Files whose suffix or place says that they touch a framework. */
const EDGE = '\\.(grpc|http|consumer|publisher|store|row|schedule|module)\\.ts$';
/** Files that put the others together. */
const WIRING = '(^|/)(main|bench-main|adapters-main|probes-main|local-system-main|local-systems-main|host-adapter|host-local-system|start-adapter)\\.ts$|/platform/';
/** Province folders speak HTTP to their local system, and nothing else. */
const SOURCES = '/source\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means two files are one idea or one idea is in the wrong file.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'attestation-stands-alone',
      severity: 'error',
      comment: 'Auditors run it offline and browsers load it: no framework, no database, no network, no disk, no other workspace.',
      from: { path: '^proto/attestation/src', pathNot: TESTS },
      to: { path: ['^(hub|province-adapter|deploy|scripts|proto/messages|proto/checkpoint)/', FRAMEWORKS, '^(node:)?(net|http|https|http2|tls|dgram|fs|fs/promises|child_process)$'] },
    },
    {
      name: 'checkpoints-speak-the-protocol',
      severity: 'error',
      comment: 'A checkpoint belongs to neither hub nor province: it knows of them what the protocol says.',
      from: { path: '^proto/checkpoint/src', pathNot: TESTS },
      to: { path: '^(hub|province-adapter|deploy|scripts)/' },
    },
    {
      name: 'messages-know-no-party',
      severity: 'error',
      comment: 'What parties say to each other is the same for all of them: it depends on none.',
      from: { path: '^proto/messages/' },
      to: { path: '^(hub|province-adapter|deploy|scripts|proto/attestation|proto/checkpoint)/' },
    },
    {
      name: 'hub-and-adapters-meet-only-on-the-wire',
      severity: 'error',
      comment: 'They are deployed by different authorities; share proto/messages and proto/attestation only.',
      from: { path: '^(hub|province-adapter)/' },
      to: { path: '^(hub|province-adapter)/', pathNot: '^$1/' },
    },
    {
      name: 'services-do-not-know-how-they-are-run',
      severity: 'error',
      comment: 'A deployment without our supervisor and our commands runs the same services; their tests may borrow its servers.',
      from: { path: '^(hub|province-adapter)/', pathNot: TESTS },
      to: { path: '^(deploy|scripts)/' },
    },
    {
      name: 'pages-speak-the-device-api',
      severity: 'error',
      comment: 'A page is in the hands of whoever opened it: it shares with the hub what both say, and with everybody the proof.',
      from: { path: '^hub/web/', pathNot: [TESTS, '^hub/web/vite\\.config\\.ts$'] },
      to: { path: '^(hub/src|proto/messages|proto/checkpoint|province-adapter|deploy|scripts)/' },
    },
    {
      name: 'services-are-started-not-imported',
      severity: 'error',
      comment: 'Commands and the supervisor run the services as processes, as a deployment does.',
      from: { path: '^(deploy|scripts)/', pathNot: TESTS },
      to: { path: '^(hub|province-adapter)/' },
    },
    {
      name: 'no-suffix-means-pure',
      severity: 'error',
      comment: 'A file without a role suffix holds rules and must run without Nest, SQL, NATS or gRPC.',
      from: { path: '^(hub|province-adapter)/src/', pathNot: [EDGE, WIRING, SOURCES, TESTS] },
      to: { path: FRAMEWORKS },
    },
    {
      name: 'pure-does-not-call-the-edge',
      severity: 'error',
      comment: 'Dependencies point inward: transport and storage know the rules, not the reverse.',
      from: { path: '^hub/src/', pathNot: [EDGE, WIRING, TESTS] },
      to: { path: `^hub/src/.*${EDGE}` },
    },
    {
      name: 'rows-stay-with-their-store',
      severity: 'error',
      comment: 'A table is known to its own store (and to the platform list of tables) only.',
      from: { path: '^hub/src/', pathNot: ['\\.(store|row)\\.ts$', '/platform/', TESTS] },
      to: { path: '\\.row\\.ts$' },
    },
    {
      name: 'provinces-do-not-know-each-other',
      severity: 'error',
      comment: 'A province can be deleted by deleting its folder.',
      from: { path: '^province-adapter/src/provinces/([^/]+)/' },
      to: { path: '^province-adapter/src/provinces/[^/]+/', pathNot: '^province-adapter/src/provinces/$1/' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      comment: 'What runs must not need what only tests have.',
      from: { path: '^(hub|province-adapter|proto|deploy|scripts)/', pathNot: [TESTS, '-contract\\.ts$'] },
      to: { path: TESTS },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'An import that leads nowhere escapes every other rule.',
      from: {},
      // The build turns `?url` into the address of the file before it.
      to: { couldNotResolve: true, pathNot: '\\?url$' },
    },
  ],
  options: {
    // Compiled files are seen as targets (a workspace is imported by its package name), not read.
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
};
