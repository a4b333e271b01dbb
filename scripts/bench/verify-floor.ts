// The floor of ingest: parse and verify alone, on the threads the hub would use. Started by the benchmark as a process of its own.
import { readFile } from 'node:fs/promises';
import { createKeyRing, importProvinceKey, parseAttestation, parseProvinceCode, verifyAttestation } from '@health-code/attestation';

/** What the floor measured. */
export interface VerifyFloor {
  readonly verifiedPerSecond: number;
}

/** As many at once as the hub verifies. */
const TOKENS_A_BATCH = 100;

const [tokensFile, jwkText, provinceText] = process.argv.slice(2);
if (process.send !== undefined && tokensFile !== undefined && jwkText !== undefined && provinceText !== undefined) {
  const ring = createKeyRing([await importProvinceKey(JSON.parse(jwkText), parseProvinceCode(provinceText))]);
  const tokens = (await readFile(tokensFile, 'utf8')).trimEnd().split('\n');
  const now = Math.floor(Date.now() / 1000);
  const verify = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += TOKENS_A_BATCH) {
      await Promise.all(tokens.slice(at, Math.min(at + TOKENS_A_BATCH, to)).map((token) => verifyAttestation(parseAttestation(token), ring, now)));
    }
  };
  const warmUp = Math.min(2000, Math.floor(tokens.length / 4));
  await verify(0, warmUp);
  const start = process.hrtime.bigint();
  await verify(warmUp, tokens.length);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.send({ verifiedPerSecond: (tokens.length - warmUp) / seconds } satisfies VerifyFloor);
}
