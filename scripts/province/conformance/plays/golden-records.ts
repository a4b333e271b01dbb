import { verifyPossessionProof } from '@health-code/attestation';
import { CANARIES, canaryCode, commonProtocolVersion, PROTOCOL_VERSIONS, v1, type CanaryName } from '@health-code/messages';
import { askSubject } from '../ask-subject.js';
import { GATE, type Bench } from '../bench.js';
import { describeReply, statusName, type Finding } from '../finding.js';
import { judgeGolden } from '../judge.js';
import type { Reply } from '../kit-caller.js';
import type { Golden } from '../province-fixture-schema.js';

const FIRST_VERSION_WITH_CANARIES = 2;
const describeRecord = ({ record }: Golden): string => (record.status === undefined ? `availability "${record.availability ?? ''}"` : statusName(record.status));

/** Somebody of each golden record, asked about by code or by document. */
export async function playGolden(bench: Bench, by: 'code' | 'document'): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const golden of bench.fixture.golden) {
    const subject = await bench.subject(golden);
    const sent = by === 'code' ? `a fresh code of somebody of "${golden.name}"` : `the identity document of somebody of "${golden.name}"`;
    if (by === 'document' && subject.document === undefined) {
      findings.push({ name: golden.name, sent, came: '', skipped: 'the fixture names no identity document' });
      continue;
    }
    const reply = await askSubject(bench, subject, by);
    const problem = judgeGolden(reply, golden.record, await bench.reference(subject.document));
    findings.push({ name: golden.name, sent: `${sent}; expected ${describeRecord(golden)}`, came: describeReply(reply), ...(problem === undefined ? {} : { problem }) });
  }
  return findings;
}

async function findProofFaults({ keys }: Bench): Promise<readonly string[]> {
  const faults = await Promise.all(
    keys.signing.map(async ({ key, proof }) => {
      if (proof === '') return `signing key ${key.kid} has no proof of possession`;
      return verifyPossessionProof(proof, key).then(() => undefined, () => `the proof of possession of signing key ${key.kid} does not verify`);
    }),
  );
  return faults.filter((fault) => fault !== undefined);
}

/** The registration that came at the start. */
export async function playRegistration(bench: Bench): Promise<readonly Finding[]> {
  const { registration, keys } = bench;
  const { recognisers = [], rules = [], adapterVersion, protocolVersions } = registration;
  const faults = [
    ...keys.faults,
    ...(await findProofFaults(bench)),
    ...(keys.signing.length === 0 ? ['no signing key'] : []),
    ...(keys.sealing.length < 1 || keys.sealing.length > 2 ? [`${String(keys.sealing.length)} encryption keys`] : []),
    ...(recognisers?.length === 0 ? ['no recogniser'] : []),
    ...(rules?.length === 0 ? ['no rule'] : []),
    ...((adapterVersion ?? '') === '' ? ['no adapter_version'] : []),
    ...(commonProtocolVersion(PROTOCOL_VERSIONS, protocolVersions ?? []) === undefined ? ['no protocol version in common'] : []),
  ];
  const came = `${String(keys.signing.length)} signing, ${String(keys.sealing.length)} encryption keys, ${String(recognisers?.length ?? 0)} recognisers, ${String(rules?.length ?? 0)} rules, version ${adapterVersion ?? ''}`;
  return [{ sent: 'nothing: Register was awaited', came, ...(faults.length === 0 ? {} : { problem: faults.join('; ') }) }];
}

/** An expired one has to expire first. */
const CANARY_PATIENCE_MS = 6000;
const CANARY_RETRY_MS = 400;

async function askCanary({ caller, province }: Bench, name: CanaryName): Promise<Reply> {
  const attestCode = { code: Buffer.from(canaryCode(province, name)), context: GATE, kind: v1.AttestationKind.ATTESTATION_KIND_CANARY };
  const end = Date.now() + CANARY_PATIENCE_MS;
  for (;;) {
    const reply = await caller.ask({ attestCode });
    const isNotReady = reply.kind === 'refused' && reply.code === 'LOCAL_SYSTEM_BUSY';
    if (!isNotReady || Date.now() > end) return reply;
    await new Promise((resolve) => setTimeout(resolve, CANARY_RETRY_MS));
  }
}

async function judgeCanary({ feed }: Bench, name: CanaryName, reply: Reply): Promise<string | undefined> {
  if (name === 'malformed') return reply.kind === 'refused' ? undefined : `${describeReply(reply)}, where a refusal is right`;
  if (reply.kind !== 'attested') return `${describeReply(reply)}, where a canary answers`;
  const { kind, sequence, expiresAt } = reply.verified.attestation;
  if (kind !== 'canary') return `it is of kind ${kind}, and would be counted as a person`;
  if (name === 'expired') return expiresAt * 1000 <= Date.now() ? undefined : 'it has not expired';
  if (name !== 'superseded') return undefined;
  const isSuperseded = (): boolean => [...feed.seen.values()].some(({ verified }) => verified.attestation.supersedes === sequence);
  return (await feed.until(isSuperseded, CANARY_PATIENCE_MS)) ? undefined : `no attestation of the feed supersedes number ${String(sequence)}`;
}

/** Each canary by its code. A colour would be counted as a person. */
export async function playCanaries(bench: Bench): Promise<readonly Finding[]> {
  const version = commonProtocolVersion(PROTOCOL_VERSIONS, bench.registration.protocolVersions ?? []) ?? 0;
  const findings: Finding[] = [];
  for (const { name } of CANARIES) {
    const sent = `the canary code of "${name}"`;
    if (version < FIRST_VERSION_WITH_CANARIES) {
      findings.push({ name, sent, came: '', skipped: 'the adapter speaks protocol version 1, which has no canaries' });
      continue;
    }
    const reply = await askCanary(bench, name);
    const problem = await judgeCanary(bench, name, reply);
    findings.push({ name, sent, came: describeReply(reply), ...(problem === undefined ? {} : { problem }) });
  }
  return findings;
}
