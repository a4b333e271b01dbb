import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { StandIn } from '../clients/stand-in.js';
import { LiveTally, type LiveSummary } from './live-tally.js';
import type { CountryNode } from './nodes.js';
import { createPopulation, type Traveller } from './population.js';
import { travel } from './travel.js';

const RECOGNISED = { recognition: v1.Recognition.RECOGNITION_RECOGNISED, issuer: '340000' };
const GREEN: v1.IVerdict = { ...RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN, advice: v1.Advice.ADVICE_ALLOW };
const NEGATIVE: v1.IVerdict = { ...RECOGNISED, advice: v1.Advice.ADVICE_CHECK_STATUS, test: { result: v1.TestResult.TEST_RESULT_NEGATIVE } };

interface Scene {
  readonly colour?: v1.IVerdict;
  readonly test?: v1.IVerdict;
  readonly showCode?: () => Promise<string>;
  /** While the traveller's code is being judged. */
  readonly meanwhile?: (traveller: Traveller) => void;
}

/** Lets the one green of Anhui travel to Hebei until ten were counted. */
async function travelTen({ colour = GREEN, test = NEGATIVE, showCode = () => Promise.resolve('code'), meanwhile = () => undefined }: Scene): Promise<LiveSummary> {
  const node = (slug: string, code: string): CountryNode => ({ slug, code, name: slug, standIn: { showCode } as unknown as StandIn, wordOf: () => '0', people: { green: [{ person: '甲', name: '甲', documentType: '01', documentNumber: '', value: '0' }], yellow: [], red: [] } });
  const [anhui, hebei] = [node('anhui', '340000'), node('hebei', '130000')];
  const population = createPopulation([anhui]);
  const verifyCode = ({ kind }: v1.IVerifyCodeRequest): Promise<v1.VerifyCodeResponse> => {
    for (const traveller of population) meanwhile(traveller);
    return Promise.resolve(v1.VerifyCodeResponse.create({ verdict: kind === v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST ? test : colour }));
  };
  const tally = new LiveTally();
  const stop = new AbortController();
  const travelling = travel({ checkpoint: { verifyCode } as unknown as Pick<v1.Checkpoint, 'verifyCode'>, nodes: [anhui, hebei], population, tally, rate: () => 1000, testShare: 1, isPaused: () => false, random: () => 0 }, stop.signal);
  await expect.poll(() => tally.summary().travellers).toBeGreaterThan(10);
  stop.abort();
  await travelling;
  return tally.summary();
}

describe('travel', () => {
  it('counts who is recognised, and who was tested', async () => {
    const summary = await travelTen({});
    expect(summary.recognised['green']).toBe(summary.travellers);
    expect([Object.keys(summary.tests), summary.wrong]).toEqual([['negative'], []]);
  });

  it('notes a colour that is not the local system’s', async () => {
    const { wrong } = await travelTen({ colour: { ...GREEN, status: v1.HealthStatus.HEALTH_STATUS_RED, advice: v1.Advice.ADVICE_LOCAL_PROCEDURE } });
    expect(wrong[0]).toContain('status is red instead of green');
  });

  it('blames nobody for a colour that changes while it is shown', async () => {
    const { wrong } = await travelTen({ colour: { ...GREEN, status: v1.HealthStatus.HEALTH_STATUS_RED }, meanwhile: (traveller) => (traveller.changes += 1) });
    expect(wrong).toEqual([]);
  });

  it('notes a test that lets somebody pass', async () => {
    const { wrong } = await travelTen({ test: { ...NEGATIVE, advice: v1.Advice.ADVICE_ALLOW } });
    expect(wrong).toContain('anhui: a test lets somebody pass');
  });

  it('counts who is refused by the reason, and whose local system shows no code as not answered', async () => {
    const refused = await travelTen({ colour: { recognition: v1.Recognition.RECOGNITION_ISSUER_UNREACHABLE, errorCode: 'ADAPTER_TIMEOUT' } });
    expect(refused.refused['issuer-unreachable ADAPTER_TIMEOUT']).toBe(refused.travellers);
    const unanswered = await travelTen({ showCode: () => Promise.reject(new Error('away')) });
    expect([unanswered.unanswered, unanswered.away]).toEqual([unanswered.travellers, { anhui: 'away' }]);
  });
});
