import type { ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { callerOf, provinceOf } from '../identity/caller.js';
import { unary } from '../platform/grpc-handlers.js';
import { parseCheckReport, type CheckReport } from './check-report.js';

/** What {@link PackageHandlers} works with. */
export interface PackageHandlersParts {
  readonly repository: { root(): Uint8Array | undefined };
  readonly reports: {
    /** @returns false where this report of this device was counted before */
    record(device: string, province: ProvinceCode, report: CheckReport): Promise<boolean>;
  };
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Methods of `Checkpoint` about the offline package. */
export class PackageHandlers {
  readonly handlers = {
    GetPackageRoot: unary<v1.GetPackageRootRequest, v1.GetPackageRootResponse.$Properties>(() => this.getPackageRoot()),
    ReportChecks: unary<v1.ReportChecksRequest, v1.ReportChecksResponse.$Properties>((request, call) => this.record(request, callerOf(call).id, provinceOf(call))),
  };
  readonly #parts: PackageHandlersParts;

  constructor(parts: PackageHandlersParts) {
    this.#parts = parts;
  }

  /** The newest root.json. @throws HubError PACKAGE_NOT_PUBLISHED */
  getPackageRoot(): { readonly root: Uint8Array } {
    const root = this.#parts.repository.root();
    if (root === undefined) throw new HubError('PACKAGE_NOT_PUBLISHED', 'this hub publishes no offline package');
    return { root };
  }

  /** Counts a report of `device` (SPIFFE ID), which stands in `province`. @throws HubError REQUEST_INVALID */
  async record(request: v1.ReportChecksRequest.$Properties, device: string, province: ProvinceCode): Promise<v1.ReportChecksResponse.$Properties> {
    const { reports, now } = this.#parts;
    const isNew = await reports.record(device, province, parseCheckReport(request, now()));
    return { isRepetition: !isNew };
  }
}
