import { createMatrix, type MatrixKnowledge, type MatrixProvince, type RecognitionMatrix } from './matrix.js';
import type { ProbeResult } from './probes.js';

/** A member, as the matrix looks at it; LiveMember satisfies it. */
export interface KnownMember {
  readonly code: string;
  readonly state: string;
  readonly since: number;
  readonly badge?: MatrixProvince['badge'];
  readonly badgeDueAt?: number;
  readonly adapterVersion?: string;
}

/** Where the matrix is read from; everything in memory. */
export interface MatrixSources {
  readonly members: { all(): readonly KnownMember[] };
  readonly registry: {
    findProvince(code: string): { readonly registered: boolean; readonly lastHeartbeatAt?: number } | undefined;
    findSigningKeys(code: string): MatrixProvince['signingKeys'];
    findRules(code: string): readonly unknown[];
  };
  readonly policies: Pick<MatrixKnowledge, 'isDeclared' | 'findStricter'>;
  readonly results: { find(receiver: string, issuer: string): ProbeResult | undefined };
  readonly devices: { hasDevice(province: string): boolean };
  readonly probeIntervalMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const isInMatrix = ({ state }: KnownMember): boolean => state === 'admitted' || state === 'suspended';

/** Reads the matrix as it stands. */
export class MatrixReader {
  readonly #sources: MatrixSources;

  constructor(sources: MatrixSources) {
    this.#sources = sources;
  }

  /** Every ordered pair of admitted and suspended provinces, now. */
  read(): RecognitionMatrix {
    const { policies, results, devices, probeIntervalMs, now } = this.#sources;
    const known: MatrixKnowledge = {
      provinces: () => this.#provinces(),
      isDeclared: (receiver, issuer, at) => policies.isDeclared(receiver, issuer, at),
      findStricter: (receiver, issuer, at) => policies.findStricter(receiver, issuer, at),
      findProbe: (receiver, issuer) => results.find(receiver, issuer),
      hasCheckpoint: (receiver) => devices.hasDevice(receiver),
    };
    return createMatrix(known, probeIntervalMs, now() / 1000);
  }

  /** Codes of the provinces that are probed, in their order. */
  codes(): readonly string[] {
    return this.#sources.members.all().filter(isInMatrix).map(({ code }) => code);
  }

  #provinces(): readonly MatrixProvince[] {
    const { members, registry } = this.#sources;
    return members.all().filter(isInMatrix).map(({ code, state, since, badge, badgeDueAt, adapterVersion }) => {
      const province = registry.findProvince(code);
      return {
        code,
        isSuspended: state === 'suspended',
        since,
        isRegistered: province?.registered === true,
        signingKeys: registry.findSigningKeys(code),
        ruleCount: registry.findRules(code).length,
        ...(badge === undefined ? {} : { badge }),
        ...(badgeDueAt === undefined ? {} : { badgeDueAt }),
        ...(adapterVersion === undefined ? {} : { adapterVersion }),
        ...(province?.lastHeartbeatAt === undefined ? {} : { lastHeartbeatAt: province.lastHeartbeatAt }),
      };
    });
  }
}
