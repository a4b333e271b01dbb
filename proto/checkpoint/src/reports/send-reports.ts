import { status, type ServiceError } from '@grpc/grpc-js';
import { timestampFromSeconds, type v1 } from '@health-code/messages';
import type { ReportFolder } from './report-folder.store.js';

/** Tells the hub; rejects as gRPC does. */
export type ReportChecks = (request: v1.ReportChecksRequest.$Properties) => Promise<v1.ReportChecksResponse>;

/** What became of the reports that waited. */
export interface SentReports {
  readonly sent: number;
  /** Sent before: the answer had been lost. */
  readonly repeated: number;
  /** Refused for what they are: they are not sent again. */
  readonly refused: number;
}

/** A refusal of the report itself: the same report would be refused for ever, and hold up every later one. */
const isOfReport = (error: unknown): boolean => (error as Partial<ServiceError>).code === status.INVALID_ARGUMENT;

/** Sends what waits, the oldest first, until the hub does not answer. @throws what the call rejects with; what was not taken waits on */
export async function sendReports(folder: ReportFolder, reportChecks: ReportChecks): Promise<SentReports> {
  const outcome = { sent: 0, repeated: 0, refused: 0 };
  for (const { reportId, hour, counts } of await folder.listWaiting()) {
    try {
      const { isRepetition } = await reportChecks({ reportId, hour: timestampFromSeconds(hour), counts });
      outcome[isRepetition ? 'repeated' : 'sent'] += 1;
    } catch (error) {
      if (!isOfReport(error)) throw error;
      outcome.refused += 1;
    }
    await folder.remove(reportId);
  }
  return outcome;
}
