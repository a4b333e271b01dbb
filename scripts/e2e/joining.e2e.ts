import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { getProvince, parseProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificateRequest, makeTlsKey } from '../access/certificate-request.js';
import { openHubChannel } from '../access/hub-channel.js';
import { explain } from '../access/explain.js';
import { apply } from '../province/apply.js';
import { inviteCheckpoint, listCheckpoints, revokeCheckpoint } from '../province/checkpoints.js';
import { conform } from '../province/conform.js';
import { keys } from '../province/keys.js';
import { asProvince } from '../province/membership.js';
import { kitOf } from '../province/run-kit.js';
import { getStatus, stateName } from '../province/status.js';
import { joiningSteps } from '../story/joining.js';
import { tell } from '../story/tell.js';
import { enrolDevice } from '../verify/device-home.js';
import { codeOf, kitThatSays, ORGANISATION, prepareJoining, type JoiningScene } from './joining-scene.js';
import { ALLOWED, contextIn, outcomeOf, verifyCode } from './outcome.js';
import { CODES, persist, startCountry, type RunningCountry } from './running-country.js';

const ADAPTER_VERSION = '0.1.0';
const TWO_MINUTES = 120_000;

let running: RunningCountry;
let scene: JoiningScene;

const operator = (name: 'a' | 'b'): v1.Operator => running.as({ role: 'operator', name }).operator;
const admit = (slug: string, name: 'a' | 'b' = 'a'): Promise<unknown> => operator(name).admitProvince({ province: CODES[slug] ?? '' });
const memberState = async (slug: string): Promise<string> => stateName((await operator('a').listMembers({})).members.find(({ province }) => province === CODES[slug])?.state);
/** Refusals of a province that were written down, as `name: code …`. */
const refusals = async (slug: string, afterId = 0): Promise<readonly string[]> =>
  (await scene.events(slug, afterId)).filter(({ name }) => name?.endsWith('.refused')).map(({ name, detail }) => `${name ?? ''}: ${detail ?? ''}`);

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'beijing'] });
  scene = prepareJoining(running);
});

afterAll(async () => {
  scene.remove();
  await running.stop();
});

it('a province goes from its invitation to its first recognised code and out again, conformance included, and everything is written down', { timeout: 2 * TWO_MINUTES }, async () => {
  const province = getProvince(parseProvinceCode('460000'));
  const steps = joiningSteps({
    place: scene.place, province, other: { slug: 'guizhou', code: '520000' }, folder: scene.folder,
    runKit: kitOf({ province, signal: AbortSignal.timeout(TWO_MINUTES), say: () => undefined }),
  });
  const story = await tell(steps, () => undefined, (error) => explain(error, '').text);
  expect(story.steps.filter(({ isDone }) => !isDone)).toEqual([]);
  expect(story.isDone).toBe(true);
  const happened = (await scene.events('hainan')).map(({ name }) => name);
  expect(happened.filter((name) => name?.startsWith('province.'))).toEqual([
    'province.invited', 'province.applied', 'province.keys-accepted', 'province.conformance-passed', 'province.admitted', 'province.left',
  ]);
  expect(happened).toEqual(expect.arrayContaining(['certificate.issued', 'keys.accepted', 'badge.issued', 'nats-user.issued', 'adapter.registered', 'checkpoint.invited', 'checkpoint.enrolled']));
});

describe('refused with its own code, and written down', () => {
  it('a token that is used twice, at once or later', async () => {
    const token = await scene.invite('hunan');
    const [one, other, late] = [scene.emptyHome('hunan'), scene.emptyHome('hunan'), scene.emptyHome('hunan')];
    const codes = await Promise.all([one, other].map((home) => codeOf(apply(home, { token, organisation: ORGANISATION }))));
    expect(codes.toSorted()).toEqual(['', 'ENROLMENT_TOKEN_USED']);
    expect(await codeOf(apply(late, { token, organisation: ORGANISATION }))).toBe('ENROLMENT_TOKEN_USED');
    expect(await refusals('hunan')).toEqual([expect.stringContaining('ENROLMENT_TOKEN_USED'), expect.stringContaining('ENROLMENT_TOKEN_USED')]);
  });

  it('a certificate of a first application, once its province has applied anew', async () => {
    const first = await scene.applied('jiangxi');
    await scene.applied('jiangxi');
    expect(await codeOf(getStatus(first))).toBe('CERTIFICATE_REVOKED');
  });

  it('a key of another province', async () => {
    const [hubei, hunan] = [await scene.applied('hubei'), await scene.applied('hunan')];
    expect((await keys(hubei)).facts['accepted']).toBe(true);
    copyFileSync(hubei.files.keys, hunan.files.keys);
    const { facts, checks = [] } = await keys(hunan);
    expect(facts['accepted']).toBe(false);
    const failed = checks.filter(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_FAILED).map(({ name }) => name);
    expect(failed).toContain('duplicate');
    expect((await refusals('hunan')).at(-1)).toMatch(/^keys\.refused: .*duplicate/);
    expect((await getStatus(hunan)).acceptedKeys).toEqual([]);
  });

  it('a report that was edited by hand, and one that is handed in twice', async () => {
    const home = await scene.applied('yunnan');
    await keys(home);
    await conform(home, kitThatSays('yunnan', ADAPTER_VERSION));
    const signed = readFileSync(home.files.signedReport, 'utf8');
    const [header = '', payload = '', signature = ''] = signed.split('.');
    const edited = Buffer.from(Buffer.from(payload, 'base64url').toString().replace(ADAPTER_VERSION, '0.2.0')).toString('base64url');
    const submit = (report: string): Promise<string> => codeOf(asProvince(home, ({ membership }) => membership.submitConformance({ report })));
    expect(await submit([header, edited, signature].join('.'))).toBe('CONFORMANCE_REPORT_INVALID');
    expect(await submit(signed)).toBe('CHALLENGE_INVALID');
    expect((await refusals('yunnan')).slice(-2)).toEqual(['conformance.refused: CONFORMANCE_REPORT_INVALID', 'conformance.refused: CHALLENGE_INVALID']);
  });

  it('an admission before anything was examined', async () => {
    const home = await scene.applied('qinghai');
    await keys(home);
    expect(await codeOf(admit('qinghai'))).toBe('MEMBERSHIP_STATE_INVALID');
    expect(await codeOf(conform(home, kitThatSays('qinghai', ADAPTER_VERSION, (report) => ({ ...report, province: parseProvinceCode('520000') }))))).toBe('CONFORMANCE_REPORT_INVALID');
    expect(await refusals('qinghai')).toEqual(['admission.refused: MEMBERSHIP_STATE_INVALID', 'conformance.refused: CONFORMANCE_REPORT_INVALID']);
  });

  it('the badge of another version of the adapter than the one that registered', async () => {
    const home = scene.emptyHome('guizhou');
    const { certificateOf } = scene.place.country;
    writeFileSync(home.files.certificate, certificateOf('province-520000').certificate);
    writeFileSync(home.files.certificateKey, certificateOf('province-520000').key);
    writeFileSync(home.files.keys, running.secret('province-keys-520000.json'));
    const configured = async (): Promise<v1.IFact | null | undefined> => {
      const { cells } = await running.as({ role: 'auditor' }).recognition.getMatrix({});
      return cells.find(({ receiver, issuer }) => receiver === '110000' && issuer === '520000')?.configured;
    };
    await conform(home, kitThatSays('guizhou', '9.9.9'));
    await persist(async () => {
      expect(await configured()).toMatchObject({ state: v1.FactState.FACT_STATE_NO, cause: 'BADGE_ADAPTER_VERSION_MISMATCH' });
    }, 10_000);
    await conform(home, kitThatSays('guizhou', ADAPTER_VERSION));
    await persist(async () => {
      expect(await configured()).toMatchObject({ state: v1.FactState.FACT_STATE_YES, cause: '' });
    }, 10_000);
  });

  it('the second of two admissions at once', async () => {
    const home = await scene.applied('guangdong');
    await keys(home);
    await conform(home, kitThatSays('guangdong', ADAPTER_VERSION));
    const codes = await Promise.all((['a', 'b'] as const).map((name) => codeOf(admit('guangdong', name))));
    expect(codes.toSorted()).toEqual(['', 'MEMBERSHIP_STATE_INVALID']);
    const names = (await scene.events('guangdong')).map(({ name }) => name);
    expect(names.filter((name) => name === 'province.admitted')).toHaveLength(1);
    expect(await refusals('guangdong')).toEqual(['admission.refused: MEMBERSHIP_STATE_INVALID']);
  });

  it('a certificate of one province that is used for another', async () => {
    const home = await scene.applied('gansu');
    const before = await scene.lastEvent();
    const certificateRequest = await makeCertificateRequest(makeTlsKey(), 'gansu', 'spiffe://health-code.internal/province/520000');
    expect(await codeOf(asProvince(home, ({ membership }) => membership.renewCertificate({ certificateRequest })))).toBe('CERTIFICATE_REQUEST_REFUSED');
    expect((await refusals('gansu', before)).at(-1)).toMatch(/^certificate-request\.refused: /);
    const { checkpoint } = running.as({ role: 'checkpoint', province: '110000' });
    expect(await codeOf(checkpoint.verifyCode({ context: contextIn('520000'), code: Buffer.from('x') }))).toBe('CALLER_PROVINCE_MISMATCH');
    await persist(async () => {
      expect(running.logTail('hub', 200)).toContain('CALLER_PROVINCE_MISMATCH');
    }, 5000);
  });

  it('a step that is not open to whoever has only applied', async () => {
    const home = await scene.applied('ningxia');
    expect(await codeOf(asProvince(home, ({ adapter }) => adapter.heartbeat({})))).toBe('MEMBERSHIP_STATE_INVALID');
    expect(await codeOf(asProvince(home, ({ operator: foreign }) => foreign.listMembers({})))).toBe('CALLER_NOT_ALLOWED');
  });
});

describe('a suspension', () => {
  it('needs two different operators, says so of the province’s codes, and ends where it began', async () => {
    const before = await scene.lastEvent();
    const standIn = running.standIn('guizhou');
    const person = await standIn.getPerson((await standIn.colours())['00']);
    const shown = async () => outcomeOf(await verifyCode(running, await standIn.showCode(person)));
    await persist(async () => {
      expect(await shown()).toEqual(ALLOWED);
    });
    const { action } = await operator('a').proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: '520000', reason: 'a test of the suspension' });
    const decide = (name: 'a' | 'b'): Promise<string> => codeOf(operator(name).decideAction({ id: action?.id ?? '', approve: true }));
    expect(await decide('a')).toBe('SECOND_OPERATOR_REQUIRED');
    expect(await memberState('guizhou')).toBe('admitted');
    expect(await decide('b')).toBe('');
    expect(await decide('b')).toBe('ACTION_CLOSED');
    expect(await memberState('guizhou')).toBe('suspended');
    expect((await shown()).advice).not.toBe('allow');
    await operator('b').resumeProvince({ province: '520000' });
    await persist(async () => {
      expect(await shown()).toEqual(ALLOWED);
    });
    const names = (await scene.events('guizhou', before)).map(({ name }) => name);
    expect(names.filter((name) => name?.startsWith('action.') === true || name?.startsWith('province.') === true)).toEqual([
      'action.proposed', 'action.refused', 'action.approved', 'province.suspended', 'action.refused', 'province.resumed',
    ]);
    expect(await refusals('guizhou', before)).toEqual([expect.stringMatching(/^action\.refused: SECOND_OPERATOR_REQUIRED: suspend-province /), expect.stringMatching(/^action\.refused: ACTION_CLOSED: /)]);
  });
});

describe('a checkpoint', () => {
  it('is enrolled once by a one-time code of its province, and refused from the moment its certificate is taken back', async () => {
    const member = await admittedHome('anhui');
    const code = String((await inviteCheckpoint(member)).facts['code']);
    const authority = readFileSync(member.files.hubAuthority);
    const place = { hub: running.addresses.hub.grpc, enrolment: running.addresses.enrolment, authority };
    const device = await enrolDevice(`${scene.folder}/device`, code, place);
    expect(await codeOf(enrolDevice(`${scene.folder}/another`, code, place))).toBe('ENROLMENT_TOKEN_USED');
    const [listed] = await listCheckpoints(member);
    expect(device.identity).toBe(`spiffe://health-code.internal/checkpoint/${CODES['anhui'] ?? ''}/${listed?.id ?? ''}`);
    const channel = openHubChannel({ address: place.hub, authority }, { certificate: readFileSync(device.files.certificate), key: readFileSync(device.files.key) });
    const ask = (): Promise<string> => codeOf(channel.checkpoint.verifyCode({ context: contextIn(CODES['anhui'] ?? ''), code: Buffer.from('no code of anybody') }));
    try {
      expect(await ask()).toBe('');
      await revokeCheckpoint(member, listed?.id ?? '');
      expect(await ask()).toBe('CERTIFICATE_REVOKED');
    } finally {
      channel.close();
    }
  });
});

/** A province that was admitted by what it said of itself. */
async function admittedHome(slug: string) {
  const home = await scene.applied(slug);
  await keys(home);
  await conform(home, kitThatSays(slug, ADAPTER_VERSION));
  await admit(slug);
  return home;
}
