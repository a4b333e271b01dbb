import { AdapterError } from '../errors.js';
import { findHandle, resolveIdentity } from '../local-format/stand-in-ports.js';
import { personNotFound } from '../local-format/translation-table.js';
import { createLocalHttp } from '../local-http/local-http.js';
import type { LocalAnswer, Source, SourceOptions, VerifierContext } from '../province-system.js';
import { buildRequest, personValues, verifierValues, type RequestValues } from './build-request.js';
import { decodeCode } from './decode-code.js';
import type { MappedAnswer, MappedRequest, Mapping } from './mapping-schema.js';
import { expectedAnswer, openAnswer } from './open-answer.js';
import { readFields } from './read-fields.js';

/** A mapping whose answers come over HTTP. */
export type HttpMapping = Mapping & { readonly http: NonNullable<Mapping['http']> };

/** One that is not configured is empty, and refused by who asks for it. */
const credentialValues = (names: readonly string[], { credentials = {} }: SourceOptions): RequestValues =>
  Object.fromEntries(names.map((name) => [`credential.${name}`, credentials[name] ?? '']));

/**
 * Speaks to a local system as its mapping says: query on demand.
 *
 * @param now milliseconds since the epoch
 */
export function createMappedHttpSource(mapping: HttpMapping, options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);
  const { codes, fields } = mapping;
  const { answer, byCode, byPerson, personAnswer = answer } = mapping.http;

  const seconds = (): number => Math.floor(now() / 1000);
  const ask = async (request: MappedRequest, envelope: MappedAnswer, values: RequestValues, verifier: VerifierContext, signal?: AbortSignal): Promise<LocalAnswer | 'no-such-person'> => {
    const all = { ...values, ...verifierValues(verifier), ...credentialValues(mapping.credentials, options) };
    const opened = openAnswer(await http.requestBytes(buildRequest(request, all, signal), expectedAnswer(envelope)), envelope);
    return opened === 'no-such-person' ? opened : readFields(opened.document, fields, seconds());
  };

  return {
    async readCode(code, verifier, signal) {
      const read = await ask(byCode, answer, decodeCode(code, codes.recognise, codes.decode), verifier, signal);
      if (read === 'no-such-person') return personNotFound(seconds());
      if (fields.identityNumber !== undefined) return read;
      // The answer names nobody by number: the province's own port does.
      const identity = await resolveIdentity(http, code, signal);
      return identity === undefined ? read : { ...read, identity };
    },
    async readPerson(document, verifier) {
      const handle = byPerson === undefined ? await findHandle(http, document) : personValues(document);
      if (handle === undefined) return personNotFound(seconds());
      const read = byPerson === undefined ? await ask(byCode, answer, handle, verifier) : await ask(byPerson, personAnswer, handle, verifier);
      if (read === 'no-such-person') return personNotFound(seconds());
      const { identity = document } = read;
      if (identity.number !== document.number || identity.type !== document.type) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local system answered about somebody else');
      return { ...read, identity };
    },
    isReachable: () => http.isReachable('/'),
  };
}
