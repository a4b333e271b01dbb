import { setTimeout as delay } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DocumentCollection } from './documents.js';
import { FAULT_MODES, FAULTY_ANSWERS, withExtraFields, withoutMasks, withWrongTypes, type FaultMode } from './fault.js';
import { BareAnswer, type LocalSystem, type LocalSystemContext, type RunningLocalSystem } from './local-system.js';
import type { SyntheticPerson } from './synthetic-people.js';

/** Routes under this path are additions of this project: no real system has them. */
const OURS = '/stand-in/';

/** These stay usable while the local system misbehaves, or its misbehaviour could not be ended. */
const ALWAYS_WORKING = new Set(['people', 'codes', 'status', 'faults', 'credentials'].map((name) => OURS + name));

/** How long a slow answer takes unless told otherwise, in milliseconds. */
const SLOW_MS = 30_000;

const CODES_BODY = z.object({ person: z.string(), ageSeconds: z.number().optional() });
const STATUS_BODY = z.object({ person: z.string(), value: z.string() }).catchall(z.string());
const FAULTS_BODY = z.object({ mode: z.enum(FAULT_MODES), value: z.string().optional() });
const FIND_BODY = z.object({ documentType: z.string(), documentNumber: z.string() });
const RESOLVE_BODY = z.object({ code: z.string() });

/** What every stand-in writes for a code it issued, under the code's text. */
const ISSUED_CODE = z.object({ person: z.string() });

/** A stand-in's HTTP server, not yet listening. */
export interface StandInServer {
  readonly server: FastifyInstance;
  /** The people of the store, also read by whatever pushes their changes. */
  readonly people: DocumentCollection<SyntheticPerson>;
  readonly running: RunningLocalSystem;
}

class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

function send(answer: unknown, reply: FastifyReply): FastifyReply {
  if (!(answer instanceof BareAnswer)) return reply.send(answer);
  return reply.status(answer.status).header('content-type', answer.contentType).send(answer.bytes);
}

/** An answer of `faulty` instead of the local system's own; `false` when the request is to be answered as usual. */
async function misbehave(
  mode: FaultMode,
  value: string | undefined,
  running: RunningLocalSystem,
  reply: FastifyReply,
): Promise<boolean> {
  if (mode === 'none' || mode === 'wrong-type' || mode === 'extra-fields' || mode === 'unmasked') return false;
  if (mode === 'down') {
    reply.hijack();
    reply.raw.destroy();
  } else if (mode === 'slow') {
    await delay(Number(value ?? SLOW_MS), undefined, { ref: false });
    return false;
  } else if (mode === 'error-code') {
    await send(await running.errorAnswer(value ?? ''), reply);
  } else {
    const { status, headers, body } = FAULTY_ANSWERS[mode];
    // Raw, so that nothing repairs what is meant to be broken.
    reply.hijack();
    reply.raw.writeHead(status, headers).end(body);
  }
  return true;
}

function textMembers(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Puts a local system behind HTTP, with the ports of our own that tests, the demonstration and the resolving of identities need. */
export async function createStandIn(system: LocalSystem, context: LocalSystemContext): Promise<StandInServer> {
  const people = context.documents.collection<SyntheticPerson>('person');
  const codes = context.documents.collection<unknown>('code');
  for (const person of system.people) await people.putIfAbsent(person.id, person);
  const running = system.open(context);
  await running.prepare?.();
  const server = fastify({ forceCloseConnections: true, bodyLimit: 65_536 });
  let fault: z.infer<typeof FAULTS_BODY> = { mode: 'none' };

  const getPerson = async (id: string): Promise<SyntheticPerson> => {
    const person = await people.find(id);
    if (person === undefined) throw new Refusal(404, 'no such synthetic person');
    return person;
  };

  /** A right answer as the fault changes it, before it is sealed. */
  const falsify = async (answer: unknown): Promise<unknown> => {
    if (fault.mode === 'wrong-type') return withWrongTypes(answer instanceof BareAnswer ? '' : answer, fault.value);
    if (answer instanceof BareAnswer) return answer;
    if (fault.mode === 'extra-fields') return withExtraFields(answer);
    if (fault.mode === 'unmasked') return withoutMasks(answer, await getPerson(fault.value ?? ''));
    return answer;
  };

  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  server.setErrorHandler((cause: Error & { readonly statusCode?: number }, _request, reply) => {
    const status = cause instanceof z.ZodError ? 400 : (cause.statusCode ?? 500);
    return reply.status(status).send({ message: cause.message });
  });
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (!ALWAYS_WORKING.has(path) && (await misbehave(fault.mode, fault.value, running, reply))) return reply;
    return undefined;
  });

  for (const route of running.routes) {
    server.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const answer = await route.answer({
          parameters: textMembers(request.params),
          headers: textMembers(request.headers),
          query: textMembers(request.query),
          body: { ...(request.body as object | undefined) },
        });
        const said = await falsify(answer);
        return send(route.seal === undefined ? said : await route.seal(said), reply);
      },
    });
  }

  server.get(`${OURS}people`, async () => {
    const stored = await people.listAfter(0, 1000);
    return stored
      .map(({ body }) => ({
        person: body.id,
        name: body.name,
        documentType: body.documentType,
        documentNumber: body.documentNumber,
        phone: body.phone,
        value: body.fields[system.statusField] ?? '',
        fields: body.fields,
      }))
      .sort((one, other) => (one.person < other.person ? -1 : 1));
  });
  server.post(`${OURS}codes`, async (request) => {
    const body = CODES_BODY.parse(request.body);
    return running.issueCode(await getPerson(body.person), context.now() - (body.ageSeconds ?? 0) * 1000);
  });
  server.post(`${OURS}status`, async (request) => {
    const { person: id, value, ...fields } = STATUS_BODY.parse(request.body);
    await getPerson(id);
    return people.change(id, (person) => {
      const kept = Object.fromEntries(
        Object.entries(person.fields).filter(([name]) => !system.statementFields.includes(name)),
      );
      return { ...person, fields: { ...kept, ...fields, [system.statusField]: value }, changedAt: context.now() };
    });
  });
  server.post(`${OURS}faults`, (request) => {
    fault = FAULTS_BODY.parse(request.body);
    return { mode: fault.mode };
  });
  server.post(`${OURS}find`, async (request) => {
    const { documentType, documentNumber } = FIND_BODY.parse(request.body);
    const person = await people.find(`${documentType}:${documentNumber}`);
    return person === undefined ? { found: false } : { found: true, handle: await running.handleOf(person) };
  });
  server.post(`${OURS}resolve`, async (request) => {
    const issued = ISSUED_CODE.safeParse(await codes.find(RESOLVE_BODY.parse(request.body).code));
    const person = issued.success ? await people.find(issued.data.person) : undefined;
    return person === undefined
      ? { found: false }
      : { found: true, documentType: person.documentType, documentNumber: person.documentNumber };
  });
  server.get(`${OURS}health`, () => ({ slug: system.slug, colours: system.colours }));
  return { server, people, running };
}
