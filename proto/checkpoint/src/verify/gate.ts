import { status, type ServiceError } from '@grpc/grpc-js';
import { refusedOffline, type OfflineCheckpoint, type OfflineOutcome, type OfflinePackage, type OfflineVerifier } from '@health-code/attestation';
import { RECOGNITION_MESSAGE, type v1 } from '@health-code/messages';
import type { Check } from '../reports/check-counts.js';
import type { Asked } from './checkpoint-request.js';
import { toVerdict } from './verdict-message.js';

/** What the hub is asked by. */
export type AskHub = (request: v1.VerifyCodeRequest.$Properties) => Promise<v1.VerifyCodeResponse>;

/** What a gate is made of. */
export interface GatePorts {
  readonly verifier: Pick<OfflineVerifier, 'verify'>;
  readonly keeper: { readonly current: OfflinePackage | undefined };
  /** The hub, where it is reachable now. */
  readonly hub: () => AskHub | undefined;
  /** One check that was decided here, to be reported. */
  readonly count: (check: Check) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** One code, judged: here, or by the hub. */
export type Judged = { readonly outcome: OfflineOutcome; readonly packageVersion: number } | { readonly answer: v1.VerifyCodeResponse };

/**
 * Outcomes that only say that the package does not tell: the hub may know more, and so it may where a green is held
 * back for its age alone. Everything else is decided here, hub or no hub: with the same facts by the same function, so that asking would change the time it takes
 * and nothing else.
 */
const HUB_MAY_KNOW: ReadonlySet<string> = new Set([
  // What only its province can tell.
  'NETWORK_NEEDED',
  'CODE_UNKNOWN',
  // What has not arrived here.
  'PACKAGE_MISSING',
  'STATUS_LIST_MISSING',
  'STATUS_LIST_INDEX_OUT_OF_RANGE',
  'ATTESTATION_KEY_UNKNOWN',
  // What the clock of this machine spoils, and not the hub's.
  'CLOCK_BEHIND',
  'CLOCK_AHEAD',
  // What the ledger alone can tell: when it came.
  'ATTESTATION_KEY_REVOKED',
  'ATTESTATION_KEY_EXPIRED',
]);

const mayHubKnow = ({ verdict, errorCode }: OfflineOutcome): boolean => HUB_MAY_KNOW.has(errorCode) || verdict.advice === 'try-again';

/** A hub that fails has said nothing of the code. */
const GONE: readonly (status | undefined)[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED, status.INTERNAL];
const isGone = (error: unknown): boolean => GONE.includes((error as Partial<ServiceError>).code);

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(code: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(code);
  } catch {
    return undefined;
  }
}

/** 卡口: decides by the package what the package can tell, asks the hub for the rest, and says where it cannot. */
export class Gate {
  readonly #ports: GatePorts;

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** A code, or a document. Rejects with what the hub refuses a request with that only the hub can answer. */
  async verifyCode(request: v1.VerifyCodeRequest.$Properties, asked: Asked): Promise<v1.VerifyCodeResponse.$Properties> {
    const judged = request.identityDocument ? await this.#ask(request, refusedOffline('issuer-unreachable', 'NETWORK_NEEDED'), asked, 0) : await this.judge(request.code ?? new Uint8Array(), request, asked);
    if ('answer' in judged) return judged.answer;
    return { verdict: toVerdict(judged.outcome), packageVersion: judged.packageVersion };
  }

  /** One code. Counts what is decided here. */
  async judge(code: Uint8Array, request: v1.VerifyCodeRequest.$Properties, asked: Asked): Promise<Judged> {
    const pkg = this.#ports.keeper.current;
    const outcome = await this.#decide(code, pkg, asked);
    const packageVersion = pkg?.version ?? 0;
    if (mayHubKnow(outcome)) return this.#ask(request, outcome, asked, packageVersion);
    this.#count(outcome, asked);
    return { outcome, packageVersion };
  }

  async #decide(code: Uint8Array, pkg: OfflinePackage | undefined, checkpoint: OfflineCheckpoint): Promise<OfflineOutcome> {
    const text = textOf(code);
    return text === undefined ? refusedOffline('unknown-code', 'CODE_NOT_TEXT') : this.#ports.verifier.verify(text, pkg, checkpoint, this.#ports.now());
  }

  /** The hub's answer; `otherwise` where it is away. What the hub decides, it counts itself. */
  async #ask(request: v1.VerifyCodeRequest.$Properties, otherwise: OfflineOutcome, asked: Asked, packageVersion: number): Promise<Judged> {
    const hub = this.#ports.hub();
    if (hub !== undefined) {
      try {
        return { answer: await hub(request) };
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    this.#count(otherwise, asked);
    return { outcome: otherwise, packageVersion };
  }

  #count({ verdict, errorCode, attestation, issuer }: OfflineOutcome, { purpose }: Asked): void {
    // A canary is nobody.
    if (attestation?.kind === 'canary') return;
    this.#ports.count({ purpose, recognition: RECOGNITION_MESSAGE[verdict.recognition], errorCode, issuer: attestation?.issuer ?? issuer ?? '' });
  }
}
