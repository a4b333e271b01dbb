// The hub with one more port, without TLS, for a load generator that can show no certificate (h2load). Never for use: it takes
// whoever connects for one checkpoint, so it listens on this machine alone and refuses ENVIRONMENT=production.
import 'reflect-metadata';
import { parseBenchConfig } from './bench/config.js';
import { runHub } from './platform/run-hub.js';

await runHub(() => parseBenchConfig());
