import { randomBytes } from 'node:crypto';
import { AdapterError } from '../errors.js';
import { isAskedAsStandIn } from '../local-format/configured-credentials.js';
import { findHandle, resolveIdentity } from '../local-format/stand-in-ports.js';
import { personNotFound } from '../local-format/translation-table.js';
import { createLocalHttp } from '../local-http/local-http.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import type { KindSource, Source, SourceOptions } from '../province-system.js';
import { buildRequest, personValues, verifierValues, type RequestMoment, type RequestValues } from './build-request.js';
import { decodeCode } from './decode-code.js';
import type { MappedAnswer, MappedRequest, MappedTests, Mapping } from './mapping-schema.js';
import { expectedAnswer, openAnswer } from './open-answer.js';
import { readFields, readTestFields } from './read-fields.js';

/** A mapping whose answers come over HTTP. */
export type HttpMapping = Mapping & { readonly http: NonNullable<Mapping['http']> };

/**
 * What requests hold of the configured secrets. A stand-in asks for none: there they may be left out, all of them.
 *
 * @throws AdapterError `CONFIG_INVALID` that names every member that is missing: an empty secret opens nothing, and says nothing
 */
function credentialValues(names: readonly string[], options: SourceOptions): RequestValues {
  const { credentials } = options;
  const stated = names.map((name) => [name, credentials !== undefined && Object.hasOwn(credentials, name) ? (credentials[name] ?? '') : ''] as const);
  const missing = stated.filter(([, secret]) => secret === '').map(([name]) => name);
  if (missing.length > 0 && !isAskedAsStandIn(options)) {
    const lacks = credentials === undefined ? 'is missing, a JSON object with' : 'has no';
    throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE ${lacks} ${missing.join(', ')}: mapping.yaml names it among its credentials`);
  }
  return Object.fromEntries(stated.map(([name, secret]) => [`credential.${name}`, secret]));
}

/** What is asked for one kind of statement, and how its answer is read. */
interface Conversation {
  readonly byCode: MappedRequest;
  readonly byPerson: MappedRequest | undefined;
  readonly answer: MappedAnswer;
  readonly personAnswer: MappedAnswer;
  /** @throws AdapterError `LOCAL_ANSWER_INVALID` */
  readonly read: (document: unknown, answeredAt: number) => LocalAnswer;
  /** Whether the answer says by number whose it is. */
  readonly namesPerson: boolean;
}

function statusConversation(mapping: HttpMapping): Conversation {
  const { fields, http } = mapping;
  const { answer, byCode, byPerson, personAnswer = answer } = http;
  return { byCode, byPerson, answer, personAnswer, read: (document, answeredAt) => readFields(document, mapping, answeredAt), namesPerson: fields.identityNumber !== undefined };
}

/** What the mapping does not say of tests is as it is for the status. */
function testConversation(mapping: HttpMapping, { answer, byCode, byPerson, fields }: MappedTests): Conversation {
  const status = statusConversation(mapping);
  return {
    byCode: byCode ?? status.byCode,
    byPerson: byPerson ?? (byCode === undefined ? status.byPerson : undefined),
    answer: answer ?? status.answer,
    personAnswer: answer ?? status.personAnswer,
    read: (document, answeredAt) => readTestFields(document, { fields, identityTypes: mapping.identityTypes }, answeredAt),
    namesPerson: fields.identityNumber !== undefined,
  };
}

/**
 * Speaks to a local system as its mapping says: query on demand.
 *
 * @param now milliseconds since the epoch
 * @param randomHex that many random bytes in lower-case hex
 * @throws AdapterError `CONFIG_INVALID` where a secret that the mapping names is not configured
 */
export function createMappedHttpSource(mapping: HttpMapping, options: SourceOptions, now: () => number = Date.now, randomHex: RequestMoment['randomHex'] = (bytes) => randomBytes(bytes).toString('hex')): Source {
  const http = createLocalHttp(options);
  const { codes, tests } = mapping;
  const secrets = credentialValues(mapping.credentials, options);
  const seconds = (): number => Math.floor(now() / 1000);

  const reading = ({ answer, byCode, byPerson, namesPerson, personAnswer, read }: Conversation): KindSource => {
    const ask = async (request: MappedRequest, envelope: MappedAnswer, values: RequestValues, verifier: VerifierContext, signal?: AbortSignal): Promise<LocalAnswer | 'no-such-person'> => {
      const all = { ...values, ...verifierValues(verifier), ...secrets };
      const opened = openAnswer(await http.requestBytes(buildRequest(request, all, { now: now(), zone: mapping.timeZone, randomHex }, signal), expectedAnswer(envelope)), envelope);
      return opened === 'no-such-person' ? opened : read(opened.document, seconds());
    };
    return {
      async readCode(code, verifier, signal) {
        const said = await ask(byCode, answer, decodeCode(code, codes.recognise, codes.decode), verifier, signal);
        if (said === 'no-such-person') return personNotFound(seconds());
        if (namesPerson) return said;
        // The answer names nobody by number: the province's own port does.
        const person = await resolveIdentity(http, code, signal);
        return { ...said, ...person };
      },
      async readPerson(document, verifier) {
        const handle = byPerson === undefined ? await findHandle(http, document) : personValues(document);
        if (handle === undefined) return personNotFound(seconds());
        const said = byPerson === undefined ? await ask(byCode, answer, handle, verifier) : await ask(byPerson, personAnswer, handle, verifier);
        if (said === 'no-such-person') return personNotFound(seconds());
        const { identity = document } = said;
        if (identity.number !== document.number || identity.type !== document.type) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local system answered about somebody else');
        return { ...said, identity };
      },
    };
  };

  return {
    ...reading(statusConversation(mapping)),
    ...(tests === undefined ? {} : { kinds: { 'nucleic-acid-test': reading(testConversation(mapping, tests)) } }),
    isReachable: () => http.isReachable('/'),
  };
}
