import { z } from 'zod';
import type { LocalRoute } from '../stand-in/local-system.js';
import { maskName } from '../stand-in/synthetic-people.js';
import type { Holders } from './holders.js';
import { CODE_FORMS, DOCUMENT, STATEMENT } from './national-code.js';
import { ok, route, toSeconds, type NationalCodeContext } from './national-code-route.js';
import { findRight, isRemembered } from './proxies.js';
import { listMade } from './traces.js';

/**
 * What the page of a holder asks the local system. STAND-IN: how a real national platform knows the person before it is not documented;
 * both are ports of ours.
 */
export const HOLDER_PATHS = { logIn: '/stand-in/holder-login', family: '/stand-in/holder-family' } as const;

/** Who says to be somebody. */
export const LOG_IN = z.object({ document: DOCUMENT, subjectReference: z.string(), name: z.string(), phone: z.string() });

/** Whether the person is. One answer for everything that does not fit: nobody learns which part was right. */
export const LOGGED_IN = z.object({ isKnown: z.boolean() });

/** Whose codes one phone holds. */
export const FAMILY_OF = z.object({ subjectReference: z.string() });

/** A code that an agent made. Times in seconds since the epoch. */
const MADE = z.object({ maskedName: z.string(), relationship: z.string(), form: z.enum(CODE_FORMS), firstAt: z.int(), lastAt: z.int(), count: z.int() });

/** Answer of {@link FAMILY_OF}: the person first. */
export const FAMILY = z.object({
  members: z.array(z.object({
    subjectReference: z.string(),
    /** `self`, or what the agent said to be to the member. */
    relationship: z.string(),
    maskedName: z.string(),
    /** Absent where the right has ended: then nothing is told of the member any more. */
    statement: STATEMENT.optional(),
    endedBecause: z.enum(['declaration-ended', 'declared-alone']).optional(),
    made: z.array(MADE),
  })).max(256),
});

type Member = z.infer<typeof FAMILY>['members'][number];

const plain = (text: string): string => text.normalize('NFC').trim();

/** The ports of {@link HOLDER_PATHS}. */
export function createHolderRoutes(context: NationalCodeContext, holders: Holders): readonly LocalRoute[] {
  const { store } = context;

  const memberOf = async (agentReference: string, subjectReference: string, kin: { readonly relationship: string; readonly maskedName: string }): Promise<Member | undefined> => {
    const { relationship, maskedName } = kin;
    const made = [...(await listMade(context, subjectReference, agentReference))];
    const right = await findRight(context, agentReference, subjectReference);
    if (right.state === 'none') return undefined;
    if (right.state === 'ended') return { subjectReference, relationship, maskedName, endedBecause: right.because, made };
    const holder = await holders.findByReference(subjectReference);
    return holder === undefined ? undefined : { subjectReference, relationship, maskedName, statement: holder.statement, made };
  };

  return [
    route(HOLDER_PATHS.logIn, LOG_IN, async ({ document, subjectReference, name, phone }) => {
      const key = `${document.type}:${document.number}`;
      const person = await store.people.find(key);
      const isKnown = person !== undefined && plain(person.name) === plain(name) && person.phone === phone.trim();
      // Who was here before there were references has one from now on.
      if (isKnown) await store.references.putIfAbsent(subjectReference, { person: key });
      return ok({ isKnown });
    }),
    route(HOLDER_PATHS.family, FAMILY_OF, async ({ subjectReference }) => {
      const reference = await store.references.find(subjectReference);
      const [person, self] = await Promise.all([reference === undefined ? undefined : store.people.find(reference.person), holders.findByReference(subjectReference)]);
      const members: Member[] = [];
      if (self !== undefined) {
        const made = [...(await listMade(context, subjectReference))];
        members.push({ subjectReference, relationship: 'self', maskedName: maskName(person?.name ?? ''), statement: self.statement, made });
      }
      for (const [member, kin] of Object.entries((await store.agents.find(subjectReference))?.kin ?? {})) {
        if (!isRemembered(kin, toSeconds(context.now()))) continue;
        const found = await memberOf(subjectReference, member, kin);
        if (found !== undefined) members.push(found);
      }
      return ok({ members });
    }),
  ];
}
