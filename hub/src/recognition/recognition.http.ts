import { Controller, Get, Inject } from '@nestjs/common';
import type { Fact, MatrixCell } from './matrix.js';
import { MatrixReader } from './matrix-reader.js';

/** A fact in JSON. */
interface FactJson {
  readonly state: Fact['state'];
  /** RFC 3339; absent when never. */
  readonly asOf?: string;
  readonly cause?: string;
}

/** What `GET /recognition/matrix` answers: what `MutualRecognition.GetMatrix` does, in words. */
export interface MatrixJson {
  /** RFC 3339. */
  readonly generatedAt: string;
  readonly probeIntervalSeconds: number;
  /** GB/T 2260. */
  readonly provinces: readonly string[];
  readonly cells: readonly (Pick<MatrixCell, 'receiver' | 'issuer'> & Readonly<Record<'declared' | 'configured' | 'working', FactJson>>)[];
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

const toFact = ({ state, asOf, cause }: Fact): FactJson => ({ state, ...(asOf === undefined ? {} : { asOf: instant(asOf) }), ...(cause === undefined ? {} : { cause }) });

/** 互认矩阵 over HTTP, for dashboards: nothing in it is secret or about a person. */
@Controller('recognition')
export class RecognitionHttp {
  readonly #reader: MatrixReader;

  constructor(@Inject(MatrixReader) reader: MatrixReader) {
    this.#reader = reader;
  }

  /** The matrix of this moment. */
  @Get('matrix')
  getMatrix(): MatrixJson {
    const { generatedAt, provinces, cells, probeIntervalMs } = this.#reader.read();
    return {
      generatedAt: instant(generatedAt),
      probeIntervalSeconds: Math.max(1, Math.round(probeIntervalMs / 1000)),
      provinces,
      cells: cells.map(({ receiver, issuer, declared, configured, working }) => ({
        receiver, issuer, declared: toFact(declared), configured: toFact(configured), working: toFact(working),
      })),
    };
  }
}
