import type { ServerDuplexStream } from '@grpc/grpc-js';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { callerOf, type Caller } from '../identity/caller.js';
import { refusal, unary, type GrpcService } from '../platform/grpc-handlers.js';
import type { Fact, FactState, MatrixCell, RecognitionMatrix } from './matrix.js';
import type { Probes, ProbeTask, RefusedReport } from './probes.js';

type ReportMessage = v1.ProbeRequest.$Properties;
type TaskMessage = v1.ProbeResponse.$Properties;
type Stream = ServerDuplexStream<ReportMessage, TaskMessage>;

/** What {@link RecognitionService} needs. */
export interface RecognitionParts {
  readonly getMatrix: () => RecognitionMatrix;
  /** Each as it stands, or every version. */
  readonly listPolicies: (formerVersions: boolean) => Promise<v1.ListPoliciesResponse.$Properties>;
  readonly probes: Pick<Probes, 'offer' | 'report'>;
  /** Counts one more message of a stream, which may be older than the standing of its caller. @throws HubError */
  readonly admitMessage: (call: object, path: string) => void;
  /** A report that counted for nothing. */
  readonly onRefused: (caller: Caller, reason: RefusedReport) => void;
}

/** Reports of one stream that may count for nothing, being late or of a task before a restart; whoever sends more makes them up. */
export const REFUSED_REPORTS_MAX = 256;

const STATE_MESSAGE: Readonly<Record<FactState, v1.FactState>> = {
  yes: v1.FactState.FACT_STATE_YES,
  restricted: v1.FactState.FACT_STATE_RESTRICTED,
  no: v1.FactState.FACT_STATE_NO,
};

const toFact = ({ state, asOf, cause }: Fact): v1.Fact.$Properties => ({
  state: STATE_MESSAGE[state],
  ...(asOf === undefined ? {} : { asOf: timestampFromSeconds(asOf) }),
  ...(cause === undefined ? {} : { cause }),
});

const toCell = ({ receiver, issuer, declared, configured, working }: MatrixCell): v1.MatrixCell.$Properties => ({
  receiver,
  issuer,
  declared: toFact(declared),
  configured: toFact(configured),
  working: toFact(working),
});

/** A matrix on the wire. */
export const toMatrixMessage = ({ generatedAt, provinces, cells, probeIntervalMs }: RecognitionMatrix): v1.GetMatrixResponse.$Properties => ({
  generatedAt: timestampFromSeconds(generatedAt),
  provinces: [...provinces],
  cells: cells.map(toCell),
  probeIntervalSeconds: Math.max(1, Math.round(probeIntervalMs / 1000)),
});

const toTask = ({ reference, issuer, canary, code }: ProbeTask): TaskMessage => ({ reference, issuer, canary, code });

/** gRPC service `MutualRecognition`: who recognises whom, and how that is measured. */
export class RecognitionService implements GrpcService {
  readonly definition = v1.MutualRecognition;
  readonly handlers;
  readonly #parts: RecognitionParts;

  constructor(parts: RecognitionParts) {
    this.#parts = parts;
    this.handlers = {
      GetMatrix: unary<v1.GetMatrixRequest, v1.GetMatrixResponse.$Properties>(() => toMatrixMessage(parts.getMatrix())),
      ListPolicies: unary<v1.ListPoliciesRequest, v1.ListPoliciesResponse.$Properties>(({ formerVersions }) => parts.listPolicies(formerVersions)),
      Probe: (stream: Stream): void => {
        this.#serve(stream);
      },
    };
  }

  /** The first message says that the device is there; from then on it is told what to ask, until either side leaves. */
  #serve(stream: Stream): void {
    const caller = callerOf(stream);
    let withdraw: (() => void) | undefined;
    let refused = 0;
    const leave = (): void => {
      withdraw?.();
      withdraw = undefined;
    };
    stream.on('data', (message: ReportMessage) => {
      try {
        this.#parts.admitMessage(stream, stream.getPath());
        if (withdraw === undefined) {
          withdraw = this.#parts.probes.offer(caller, {
            send: (task) => stream.write(toTask(task)),
            end: () => stream.end(),
          });
          return;
        }
        const reason = this.#report(caller, message);
        if (reason === undefined) return;
        this.#parts.onRefused(caller, reason);
        refused += 1;
        if (refused > REFUSED_REPORTS_MAX) throw new HubError('REQUEST_INVALID', 'the reports of this stream are not on what was asked');
      } catch (error) {
        leave();
        // grpc-js takes the status of a stream from the error it is emitted.
        stream.emit('error', refusal(error, stream.getPath()));
      }
    });
    stream.on('end', () => {
      leave();
      stream.end();
    });
    stream.on('cancelled', leave);
    stream.on('error', leave);
    stream.on('close', leave);
  }

  #report(caller: Caller, { reference, verdict, errorCode }: ReportMessage): RefusedReport | undefined {
    return this.#parts.probes.report(caller, { reference: reference ?? 0, verdict: verdict ?? new Uint8Array(), errorCode: errorCode ?? '' });
  }
}
