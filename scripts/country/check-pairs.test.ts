import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { StandIn } from '../clients/stand-in.js';
import { checkPairs, type PairOutcome } from './check-pairs.js';
import type { Colour, CountryNode } from './nodes.js';
import { printPairs } from './print-pairs.js';

const STATUS = { green: v1.HealthStatus.HEALTH_STATUS_GREEN, yellow: v1.HealthStatus.HEALTH_STATUS_YELLOW, red: v1.HealthStatus.HEALTH_STATUS_RED };
const WORDS: Readonly<Record<Colour, string>> = { green: '0', yellow: '1', red: '2' };

/** A province whose telephones show `<code> <colour>`, as its local system has it. */
function createNode(code: string, changes: Partial<CountryNode> = {}): CountryNode {
  const person = (colour: Colour) => [{ person: colour, name: '测试甲', documentType: '01', documentNumber: '', value: WORDS[colour] }];
  const standIn = { showCode: ({ person: shown }: { person: string }) => Promise.resolve(`${code} ${shown}`) } as unknown as StandIn;
  return { slug: `province-${code}`, code, name: code, standIn, wordOf: (colour) => WORDS[colour], people: { green: person('green'), yellow: person('yellow'), red: person('red') }, ...changes };
}

/** A hub that believes what it is shown, apart from what `lie` puts in its place. */
const checkpointThat = (lie: (code: string, to: string) => v1.IVerdict | undefined) => ({
  verifyCode: (request: v1.IVerifyCodeRequest) => {
    const [code, colour] = Buffer.from(request.code ?? []).toString().split(' ') as [string, Colour];
    const right: v1.IVerdict = {
      status: STATUS[colour],
      recognition: v1.Recognition.RECOGNITION_RECOGNISED,
      advice: colour === 'green' ? v1.Advice.ADVICE_ALLOW : v1.Advice.ADVICE_LOCAL_PROCEDURE,
      issuer: code,
    };
    return Promise.resolve(v1.VerifyCodeResponse.create({ verdict: lie(code, request.context?.province ?? '') ?? right }));
  },
}) as unknown as Pick<v1.Checkpoint, 'verifyCode'>;

const honest = checkpointThat(() => undefined);
const NODES = ['110000', '310000', '320000', '510000', '520000', '340000', '130000', '660000'].map((code) => createNode(code));
const wrongOf = (outcomes: readonly PairOutcome[]): readonly string[] => outcomes.filter(({ problem }) => problem !== '').map(({ from, to }) => `${from.code}>${to.code}`);

describe('checkPairs', () => {
  it('finds nothing wrong where every checkpoint is told what the local system has', async () => {
    const outcomes = await checkPairs(honest, NODES, () => undefined);
    expect([outcomes.length, wrongOf(outcomes)]).toEqual([56, []]);
  });

  it.each<readonly [string, v1.IVerdict]>([
    ['another colour', { status: v1.HealthStatus.HEALTH_STATUS_YELLOW, recognition: v1.Recognition.RECOGNITION_RECOGNISED, advice: v1.Advice.ADVICE_LOCAL_PROCEDURE, issuer: '110000' }],
    ['another advice', { status: v1.HealthStatus.HEALTH_STATUS_GREEN, recognition: v1.Recognition.RECOGNITION_RECOGNISED, advice: v1.Advice.ADVICE_TRY_AGAIN, issuer: '110000' }],
    ['another issuer', { status: v1.HealthStatus.HEALTH_STATUS_GREEN, recognition: v1.Recognition.RECOGNITION_RECOGNISED, advice: v1.Advice.ADVICE_ALLOW, issuer: '310000' }],
    ['a refusal', { recognition: v1.Recognition.RECOGNITION_NO_STATUS, advice: v1.Advice.ADVICE_ASK_PERSON }],
    ['nothing', {}],
  ])('names the pair that is told %s', async (_what, lie) => {
    const outcomes = await checkPairs(checkpointThat((code, to) => (code === '110000' && to === '310000' ? lie : undefined)), NODES, () => undefined);
    expect(wrongOf(outcomes)).toEqual(['110000>310000']);
    expect(printPairs(NODES, outcomes)).toContain('province-110000 > province-310000 (green)');
  });

  it('counts as wrong whoever cannot show a code, and whoever is not there', async () => {
    const silent = createNode('440000', { standIn: { showCode: () => Promise.reject(new Error('away')) } as unknown as StandIn });
    const empty = createNode('450000', { people: { green: [], yellow: [], red: [] } });
    const outcomes = await checkPairs(honest, [silent, empty, createNode('110000')], () => undefined);
    expect([...wrongOf(outcomes)].sort()).toEqual(['440000>110000', '440000>450000', '450000>110000', '450000>440000']);
  });
});
