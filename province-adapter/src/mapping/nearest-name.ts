/** Edits that make one text of the other (Levenshtein), two neighbours that changed places being one. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  let former: readonly number[] = row;
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, isSwapped ? (former[j - 2] ?? 0) + 1 : Infinity));
    }
    former = row;
    row = next;
  }
  return row[other.length] ?? 0;
}

/** Longer than any name that somebody could have meant. */
const LONGEST = 64;

/**
 * The known name that a misspelt one resembles most; absent where it resembles none. For names alone: what means something, such
 * as a status, is never guessed.
 *
 * @param missing those of them that have to be there and are not: of two that resemble it as much, one of these was meant
 */
export function findNearestName(misspelt: string, known: readonly string[], missing: readonly string[] = []): string | undefined {
  if (misspelt.length > LONGEST) return undefined;
  const ranked = known
    .map((name) => ({ name, edits: distance(misspelt.toLowerCase(), name.toLowerCase()), isPresent: missing.includes(name) ? 0 : 1 }))
    .filter(({ edits, name }) => edits <= Math.max(1, Math.floor(name.length / 2)))
    .sort((one, other) => one.edits + one.isPresent - other.edits - other.isPresent || one.isPresent - other.isPresent);
  return ranked[0]?.name;
}

/** What was meant, or else what there is, as the end of a sentence. */
export function suggestName(misspelt: string, known: readonly string[], missing: readonly string[] = []): string {
  const nearest = findNearestName(misspelt, known, missing);
  if (nearest !== undefined) return `; did you mean ${nearest}?`;
  return known.length === 0 ? '' : `; known here: ${known.join(', ')}`;
}
