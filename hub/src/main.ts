import 'reflect-metadata';
import { parseConfig } from './config.js';
import { runHub } from './platform/run-hub.js';

await runHub(() => ({ config: parseConfig() }));
