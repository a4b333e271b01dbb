import { v1 } from '@health-code/messages';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import { apply, type ApplyParts } from './apply.js';
import { toCheckMessage } from './check.js';
import { toCertificateMessage } from './member-message.js';

/** Service `Enrolment`: for whoever has no certificate yet, on a port of its own. */
export class EnrolmentService implements GrpcService {
  readonly definition = v1.Enrolment;
  readonly handlers = { Apply: unary((request: v1.ApplyRequest) => this.apply(request)) };
  readonly #parts: ApplyParts;
  readonly #refresh: () => Promise<void>;
  readonly #packages: { root(): Uint8Array | undefined };

  /**
   * @param refresh brings what this process has in memory up to date with what was committed
   * @param packages says what a checkpoint pins
   */
  constructor(parts: ApplyParts, refresh: () => Promise<void>, packages: { root(): Uint8Array | undefined }) {
    this.#parts = parts;
    this.#refresh = refresh;
    this.#packages = packages;
  }

  /** @throws HubError those of the use case */
  async apply(request: v1.ApplyRequest): Promise<v1.ApplyResponse.$Properties> {
    const { certificate, checks, role } = await apply(request, this.#parts);
    await this.#refresh();
    const packageRoot = role === 'checkpoint' ? this.#packages.root() : undefined;
    return { certificate: toCertificateMessage(certificate), checks: checks.map(toCheckMessage), ...(packageRoot === undefined ? {} : { packageRoot }) };
  }
}
