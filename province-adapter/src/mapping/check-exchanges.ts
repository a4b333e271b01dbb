import { isDeepStrictEqual } from 'node:util';
import type { ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { RecordedExchange } from './fixture-schema.js';
import type { FolderDisagreement } from './folder-disagreement.js';
import type { Mapping } from './mapping-schema.js';
import { replayExchange, type ReceivedRequest, type ReplayedExchange } from './replay-exchanges.js';
import type { YamlPath } from './yaml-source.js';

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members that are expected and are not so; others may be there. */
function findUnlike(expected: unknown, found: unknown, at: YamlPath): readonly { readonly at: YamlPath; readonly found: unknown }[] {
  if (isMembers(expected) && isMembers(found)) return Object.entries(expected).flatMap(([name, child]) => findUnlike(child, Object.hasOwn(found, name) ? found[name] : undefined, [...at, name]));
  return isDeepStrictEqual(expected, found) ? [] : [{ at, found }];
}

const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

function parseJsonBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function compareRequest({ form, json, ...rest }: RecordedExchange['exchanges'][number]['request'], received: ReceivedRequest | undefined, at: YamlPath): readonly FolderDisagreement[] {
  const differ = (path: YamlPath, what: string): FolderDisagreement => ({ file: 'fixtures/exchanges.yaml', path, what });
  if (received === undefined) return [differ(at, 'is a request that the mapping does not make')];
  const sentForm = Object.fromEntries(new URLSearchParams(received.body));
  const sentJson = parseJsonBody(received.body);
  return [
    ...findUnlike(rest, received, at).map(({ at: path, found }) => differ(path, `is ${show(found)} in the request that the mapping makes`)),
    ...(form === undefined || isDeepStrictEqual(form, sentForm) ? [] : [differ([...at, 'form'], `is ${show(sentForm)} in the request that the mapping makes`)]),
    ...(json === undefined || isDeepStrictEqual(json, sentJson) ? [] : [differ([...at, 'json'], `is ${show(sentJson)} in the request that the mapping makes`)]),
  ];
}

function compareOutcome({ record, refusal }: RecordedExchange, outcome: ReplayedExchange['outcome'], at: YamlPath): readonly FolderDisagreement[] {
  const differ = (member: YamlPath, what: string): FolderDisagreement => ({ file: 'fixtures/exchanges.yaml', path: [...at, ...member], what });
  if (outcome instanceof AdapterError) {
    // The adapter's own sentence names members of an answer, never what stands in them.
    return outcome.code === refusal ? [] : [differ([refusal === undefined ? 'record' : 'refusal'], `is refused with ${outcome.code}: ${outcome.message}`)];
  }
  if (refusal !== undefined) return [differ(['refusal'], `is not refused: a record comes of it, ${show(outcome)}`)];
  return findUnlike(record ?? {}, outcome, ['record']).map(({ at: path, found }) => differ(path, `is ${show(found)} in what comes of it`));
}

/**
 * Plays a recorded exchange to the adapter's own code, and says what did not come of it.
 *
 * @param index its place in fixtures/exchanges.yaml
 */
export async function findExchangeDisagreements(one: RecordedExchange, index: number, mapping: Mapping, code: ProvinceCode): Promise<readonly FolderDisagreement[]> {
  const { outcome, received } = await replayExchange(one, mapping, code);
  return [
    ...one.exchanges.flatMap(({ request }, place) => compareRequest(request, received[place], [index, 'exchanges', place, 'request'])),
    ...compareOutcome(one, outcome, [index]),
  ];
}
