import type { Province } from '@health-code/attestation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import type { Logger } from '../platform/logger.js';
import type { CodeForm } from '../national-code-port.js';
import { drawCode } from './draw-code.js';
import { logIn, makeShownCode, readFamily, type HolderTerms, type ShownCode, type ShownMember, type TypedLogin } from './holder-codes.js';
import { untilText, holderPage, loginPage, type PageContext } from './holder-page.js';
import { HOLDER_SCRIPT } from './holder-script.js';
import { HolderSessions, isFormTokenOf, SESSION_MS, type HolderSession } from './holder-sessions.js';
import { HOLDER_STYLE, SHEET_STYLE } from './holder-style.js';
import { chooseLanguage, refusalText, type Language } from './holder-texts.js';
import { LoginLimit } from './login-limit.js';
import { sheetPage } from './sheet-page.js';
import { STATUS_LOOKS } from './status-look.js';

/** Where the page stands. */
export const HOLDER_PATH = '/holder';

const COOKIE = '__Secure-holder';
const MAX_BODY_BYTES = 4096;

/** No script or style but the page's own files, no frame around it, nothing kept. */
const HEADERS = {
  'content-security-policy': 'default-src \'none\'; script-src \'self\'; style-src \'self\'; img-src data:; connect-src \'self\'; form-action \'self\'; base-uri \'none\'; frame-ancestors \'none\'',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
} as const;

const STATUSES: Readonly<Partial<Record<AdapterErrorCode, number>>> = {
  HOLDER_LOGIN_REFUSED: 401, HOLDER_LOGIN_LIMITED: 429, HOLDER_SESSION_ENDED: 401, HOLDER_REQUEST_FOREIGN: 403, HOLDER_MEMBER_UNKNOWN: 404, HOLDER_NO_STATUS: 409,
  LOCAL_AGENT_UNKNOWN: 403, LOCAL_AGENT_ENDED: 403,
};

/** What the page is made of. */
export interface HolderOptions {
  readonly province: Province;
  readonly terms: HolderTerms;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

type Fields = Readonly<Record<string, string | undefined>>;

const fieldsOf = (request: FastifyRequest): Fields => (request.body ?? {}) as Fields;
const languageOf = (request: FastifyRequest): Language => chooseLanguage((request.query as Fields)['lang'], request.headers['accept-language']);

/** Attacker-controlled. The first of the name, as browsers send the most specific path first. */
function cookieOf(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

/** A cookie that no script reads, no other site has sent, and no plain connection but one to this machine carries. */
const cookieText = (token: string, seconds: number): string => `${COOKIE}=${token}; Path=${HOLDER_PATH}; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`;

/** Whether a page of this very origin sent it. A browser says so in one header or the other; who says neither is none. */
function isFromHere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** A form: what is not one, or names a field twice, is none of ours. */
function parseForm(text: string): Fields {
  const fields = new URLSearchParams(text);
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, fields.getAll(name).length === 1 ? (fields.get(name) ?? '') : undefined]));
}

const refuse = (code: AdapterErrorCode, message: string): AdapterError => new AdapterError(code, message);
const parseCodeForm = (text: string | undefined): 'online' | 'offline' => (text === 'offline' ? 'offline' : 'online');

/** Adds the page of people who show a code: `/holder` and what is below it. */
export function addHolderPage(server: FastifyInstance, { province, terms, log, now = Date.now }: HolderOptions): void {
  const sessions = new HolderSessions(now);
  const limit = new LoginLimit(now);
  const contextOf = (request: FastifyRequest): PageContext => ({ province, language: languageOf(request) });

  const getSession = (request: FastifyRequest): HolderSession => {
    const session = sessions.find(cookieOf(request));
    if (session === undefined) throw refuse('HOLDER_SESSION_ENDED', 'not logged in');
    return session;
  };
  /** The session of a form or call that a page of this session sent. */
  const getSessionOfForm = (request: FastifyRequest): HolderSession => {
    const session = getSession(request);
    if (!isFromHere(request) || !isFormTokenOf(session, fieldsOf(request)['token'])) throw refuse('HOLDER_REQUEST_FOREIGN', 'not sent by the page');
    return session;
  };
  const getMember = async (session: HolderSession, name: string | undefined): Promise<ShownMember> => {
    const member = (await readFamily(session.subjectReference, terms)).find(({ subjectReference }) => session.nameOf(subjectReference) === name);
    if (member === undefined) throw refuse('HOLDER_MEMBER_UNKNOWN', 'not of this family');
    if (member.answer === undefined) throw refuse('LOCAL_AGENT_ENDED', 'the right has ended');
    return member;
  };
  const make = async (request: FastifyRequest, form: CodeForm): Promise<ShownCode> => {
    const session = getSessionOfForm(request);
    const { subjectReference } = await getMember(session, fieldsOf(request)['member']);
    return makeShownCode(session.subjectReference, subjectReference, form, terms);
  };
  const sendPage = (reply: FastifyReply, page: string): FastifyReply => reply.type('text/html; charset=utf-8').send(page);
  const sendFile = (type: string, text: string) => (_request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.type(`${type}; charset=utf-8`).send(text);

  const enter = async (request: FastifyRequest): Promise<string> => {
    const { documentType = '', documentNumber = '', name = '', phone = '' } = fieldsOf(request);
    const attempt = { document: `${documentType}:${documentNumber.trim().toUpperCase()}`, address: request.ip };
    if (!limit.allows(attempt)) throw refuse('HOLDER_LOGIN_LIMITED', 'too many attempts');
    limit.begin(attempt);
    const typed: TypedLogin = { documentType, documentNumber: documentNumber.trim().toUpperCase(), name, phone };
    let subjectReference;
    try {
      subjectReference = await logIn(typed, terms);
    } catch (cause) {
      // The local system is away: that is no failure of who stands before it.
      limit.succeed(attempt);
      throw cause;
    }
    if (subjectReference === undefined) throw refuse('HOLDER_LOGIN_REFUSED', 'not as declared');
    limit.succeed(attempt);
    const token = sessions.open(subjectReference);
    if (token === undefined) throw refuse('HOLDER_LOGIN_LIMITED', 'as many are logged in as may be');
    return token;
  };

  const routes = (holder: FastifyInstance): void => {
    holder.addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS);
    });
    holder.removeAllContentTypeParsers();
    holder.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
      done(null, parseForm(String(body)));
    });
    holder.setErrorHandler((cause: Error & { readonly statusCode?: number }, request, reply) => {
      const code = cause instanceof AdapterError ? cause.code : (cause.statusCode ?? 500) < 500 ? 'CALL_INVALID' : 'ADAPTER_FAILED';
      const status = cause instanceof AdapterError ? (STATUSES[cause.code] ?? 503) : (cause.statusCode ?? 500);
      if (status >= 500) log.warn({ code }, 'could not serve a holder');
      const language = languageOf(request);
      const text = refusalText(language, code);
      if (request.url.startsWith(`${HOLDER_PATH}/code`)) return reply.code(status).send({ code, text });
      return sendPage(reply.code(status).header('x-error-code', code), loginPage({ province, language }, `${text} ${code}`));
    });

    holder.get('/holder.css', sendFile('text/css', HOLDER_STYLE));
    holder.get('/sheet.css', sendFile('text/css', SHEET_STYLE));
    holder.get('/holder.js', sendFile('text/javascript', HOLDER_SCRIPT));
    holder.get('/', async (request, reply) => {
      const context = contextOf(request);
      const session = sessions.find(cookieOf(request));
      if (session === undefined) return sendPage(reply, loginPage(context));
      const family = await readFamily(session.subjectReference, terms);
      const { member, form } = request.query as Fields;
      const isNamed = ({ subjectReference }: ShownMember): boolean => session.nameOf(subjectReference) === member;
      // Whoever has gone from the family since is not shown; what became of them stands beside.
      const shown = family.filter(({ answer }) => answer !== undefined).find(isNamed) ?? family[0];
      if (shown === undefined || (member !== undefined && !family.some(isNamed))) throw refuse('HOLDER_MEMBER_UNKNOWN', 'not of this family');
      return sendPage(reply, holderPage({ ...context, session, family, shown, form: parseCodeForm(form) }, refusalText(context.language, 'LOCAL_SYSTEM_UNREACHABLE')));
    });
    holder.post('/login', async (request, reply) => {
      if (!isFromHere(request)) throw refuse('HOLDER_REQUEST_FOREIGN', 'not sent by the page');
      const token = await enter(request);
      return reply.header('set-cookie', cookieText(token, SESSION_MS / 1000)).redirect(`${HOLDER_PATH}?lang=${languageOf(request)}`, 303);
    });
    holder.post('/logout', (request, reply) => {
      getSessionOfForm(request);
      sessions.close(cookieOf(request) ?? '');
      return reply.header('set-cookie', cookieText('', 0)).redirect(`${HOLDER_PATH}?lang=${languageOf(request)}`, 303);
    });
    holder.post('/code', async (request) => {
      const language = languageOf(request);
      const code = await make(request, parseCodeForm(fieldsOf(request)['form']));
      const { name: look, shape, ...words } = STATUS_LOOKS[code.status];
      const secondsLeft = Math.max(0, code.expiresAt - Math.floor(now() / 1000));
      const { side, path } = drawCode(code.text, 'screen');
      return {
        side, path, secondsLeft, look, shape, word: words[language], wordOther: words[language === 'zh' ? 'en' : 'zh'], maskedName: code.maskedName, expiresAt: code.expiresAt,
        validUntil: untilText(code.expiresAt),
      };
    });
    holder.get('/sheet', (request, reply) => reply.redirect(`${HOLDER_PATH}?lang=${languageOf(request)}`, 303));
    holder.post('/sheet', async (request, reply) => {
      const code = await make(request, 'sheet');
      return sendPage(reply, sheetPage(contextOf(request), code, drawCode(code.text, 'paper')));
    });
  };
  server.register((holder, _options, done) => {
    routes(holder);
    done();
  }, { prefix: HOLDER_PATH });
}
