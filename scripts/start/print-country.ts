import { styleText } from 'node:util';
import type { Addresses } from '../../deploy/embedded/addresses.js';
import { scannerLines } from './scanner-lines.js';
import { printVerdict } from '../verify/print-verdict.js';
import { TRAVELLER, type WalkStep } from '../walk/walk.js';

const indent = (text: string): string => text.split('\n').map((line) => `     ${line}`).join('\n');

/** One step of the walk for a person to read. */
export function printStep(step: WalkStep, number: number): string {
  const mark = step.problems.length === 0 ? styleText('green', '✓') : styleText('red', '✗');
  return [
    '',
    `${mark} ${String(number)}. ${styleText('bold', step.title)}`,
    ...step.detail.map(indent),
    ...(step.verdict === undefined ? [] : [indent(printVerdict(step.verdict))]),
    ...step.problems.map((problem) => indent(styleText('red', `not as expected: ${problem}`))),
  ].join('\n');
}

/** Where everything is, and commands to copy. `attestationFile` holds what the traveller shows, `pki` is the folder of the certificates. */
export function printWaysIn(addresses: Addresses, attestationFile: string, pki: string): string {
  const { hub, enrolment, nats, adapters, localSystems } = addresses;
  const grpc = hub.grpc.replace(/^127\.0\.0\.1/, 'localhost');
  const list = (title: string, entries: Readonly<Record<string, string>>): string[] =>
    Object.entries(entries).map(([slug, address]) => `  ${`${title} ${slug}`.padEnd(24)} http://${address}`);
  const question = '{"context":{"province":"110000","purpose":"PURPOSE_TRAVEL"},"code":"\'"$(base64 -w0 ' + attestationFile + ')"\'"}';
  return `
${styleText('bold', 'Addresses')}
  ${'hub, gRPC'.padEnd(24)} ${grpc}   (mTLS; with server reflection and grpc.health.v1)
  ${'hub, first contact'.padEnd(24)} ${enrolment}   (TLS; Enrolment.Apply alone)
  ${'certificates'.padEnd(24)} ${pki}   (for development, a week each)
  ${'hub, HTTP'.padEnd(24)} http://${hub.http}
  ${'hub, HTTPS'.padEnd(24)} https://${hub.web.replace(/^(127\.0\.0\.1|0\.0\.0\.0)/, 'localhost')}
  ${'NATS'.padEnd(24)} ${nats}
${[...list('adapter', adapters), ...list('local system', localSystems)].join('\n')}

${styleText('bold', 'Be a checkpoint')} (in another terminal)
  npm run verify -- --file ${attestationFile}
  npm run verify -- --id-number ${TRAVELLER.idNumber} --home 520000
  npm run verify -- "$(curl -s -X POST http://${localSystems['shanghai'] ?? ''}/stand-in/codes -H 'content-type: application/json' \\
      -d '{"person":"'"$(curl -s http://${localSystems['shanghai'] ?? ''}/stand-in/people | grep -o '01:[0-9X]*' | head -1)"'"}' | grep -o 'https[^"]*')"
${styleText('bold', 'Be a scanner')} (in a browser; a phone needs a few more steps, docs/scanner.md)
${scannerLines(hub.web, pki).map((line) => `  ${line}`).join('\n')}
${styleText('bold', 'Be a person')} who shows a code, on a screen or on paper (docs/holder.md says whom the stand-in knows)
  http://${(adapters['guizhou'] ?? '').replace(/^127\.0\.0\.1/, 'localhost')}/holder
${styleText('bold', 'From any gRPC client')}
  npx buf curl --protocol grpc --cacert ${pki}/server-ca.crt --cert ${pki}/checkpoint-110000.crt --key ${pki}/checkpoint-110000.key \\
      -d '${question}' \\
      https://${grpc}/healthcode.v1.Checkpoint/VerifyCode
  /usr/bin/python3 docs/examples/verify_code.py ${grpc} ${pki} 110000 "$(cat ${attestationFile})"     (needs Debian's python3-grpcio)
`;
}
