import { randomInt } from 'node:crypto';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import { PolicyRegister } from '../governance/policy-register.js';
import { GovernanceModule } from '../governance/governance.module.js';
import { toPolicyList } from '../governance/policy-message.js';
import { PolicyStore } from '../governance/policy.store.js';
import { Guard } from '../identity/guard.js';
import { IdentityModule } from '../identity/identity.module.js';
import { LiveMembers } from '../joining/live-members.js';
import { MembersModule } from '../joining/members.module.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, LOGGER } from '../platform/tokens.js';
import { LiveRegistry } from '../registry/registry.js';
import { RegistryModule } from '../registry/registry.module.js';
import { MatrixReader } from './matrix-reader.js';
import { ProbePlan } from './probe-plan.js';
import { PgProbeResultStore } from './probe-result.store.js';
import { ProbeResults } from './probe-results.js';
import { ProbeSchedule, tickOf } from './probe.schedule.js';
import { Probes } from './probes.js';
import { RecognitionService } from './recognition.grpc.js';
import { RecognitionHttp } from './recognition.http.js';

/** Probing, and the matrix that is read from it. */
@Module({
  imports: [RegistryModule, MembersModule, GovernanceModule, IdentityModule],
  controllers: [RecognitionHttp],
  providers: [
    { provide: ProbeResults, inject: [DataSource], useFactory: (database: DataSource) => new ProbeResults(new PgProbeResultStore(database)) },
    {
      provide: Probes,
      inject: [ProbeResults],
      useFactory: (results: ProbeResults) =>
        new Probes({ record: (result) => { results.record(result); }, now: Date.now, firstReference: randomInt(2 ** 40) }),
    },
    {
      provide: MatrixReader,
      inject: [LiveMembers, LiveRegistry, PolicyRegister, ProbeResults, Probes, HUB_CONFIG],
      useFactory: (members: LiveMembers, registry: LiveRegistry, policies: PolicyRegister, results: ProbeResults, devices: Probes, { probeIntervalMs }: HubConfig) =>
        new MatrixReader({ members, registry, policies, results, devices, probeIntervalMs, now: Date.now }),
    },
    {
      provide: ProbeSchedule,
      inject: [Probes, ProbeResults, MatrixReader, HUB_CONFIG, LOGGER],
      useFactory: (probes: Probes, results: ProbeResults, matrix: MatrixReader, { probeIntervalMs }: HubConfig, logger: Logger) =>
        new ProbeSchedule({ probes, plan: new ProbePlan(probeIntervalMs), tickMs: tickOf(probeIntervalMs), results, provinces: () => matrix.codes(), now: Date.now, logger }),
    },
    {
      provide: RecognitionService,
      inject: [MatrixReader, PolicyStore, Probes, Guard, LOGGER],
      useFactory: (matrix: MatrixReader, policies: PolicyStore, probes: Probes, guard: Guard, logger: Logger) =>
        new RecognitionService({
          getMatrix: () => matrix.read(),
          listPolicies: async (formerVersions) => toPolicyList(await (formerVersions ? policies.listVersions() : policies.list())),
          probes,
          admitMessage: (call, path) => { guard.admitMessage(call, path); },
          onRefused: ({ id }, reason) => { logger.warn({ device: id, reason }, 'a report on a probe counts for nothing'); },
        }),
    },
  ],
  exports: [ProbeSchedule, RecognitionService],
})
export class RecognitionModule {}
