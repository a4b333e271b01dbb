import { z } from 'zod';

/** What the adapter has a use for. Phone, addresses and codes of the residence area are no part of it: they are never taken. */
export const USED_FIELDS = ['healthLevel', 'dataSource', 'colourReason', 'changeTime', 'name', 'idCardNo'] as const;

/** One of {@link USED_FIELDS}. */
export type UsedField = (typeof USED_FIELDS)[number];

/** `data` of both queries, as far as it is used. Whether dataSource is a text or a number is not documented. */
export const ANSWER = z.object({
  authField: z.array(z.string()),
  healthLevel: z.string().nullish(),
  dataSource: z.union([z.string(), z.int().transform(String)]).nullish(),
  colourReason: z.string().nullish(),
  changeTime: z.string().nullish(),
  name: z.string().nullish(),
  idCardNo: z.string().nullish(),
});

/** What the person authorised, and nothing else. */
export type AuthorisedAnswer = Readonly<Partial<Record<UsedField, string>>>;

/**
 * 授权: keeps the fields that the same answer's authField lists. A field that is not listed is treated as not there even when the
 * answer carries it. An empty text is a statement in healthLevel (发放中) alone.
 */
export function keepAuthorised(answer: z.infer<typeof ANSWER>): AuthorisedAnswer {
  const kept = USED_FIELDS.flatMap((field): readonly (readonly [UsedField, string])[] => {
    const value = answer[field] ?? undefined;
    const isStated = value !== undefined && (value !== '' || field === 'healthLevel');
    return isStated && answer.authField.includes(field) ? [[field, value]] : [];
  });
  return Object.fromEntries(kept);
}
