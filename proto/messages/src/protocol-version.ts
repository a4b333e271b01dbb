/**
 * Versions of the protocol between hub and adapters, the one before included: each side speaks two, so that neighbours work
 * together while one of them is brought up to date. 1: provinces known by enrolment tokens. 2: by certificates, with canaries.
 */
export const PROTOCOL_VERSIONS: readonly number[] = [1, 2];

/** The highest version both speak; undefined when there is none. An empty list is a party from before versions were told. */
export function commonProtocolVersion(own: readonly number[], others: readonly number[]): number | undefined {
  const theirs = others.length === 0 ? [1] : others;
  const common = own.filter((version) => theirs.includes(version));
  return common.length === 0 ? undefined : Math.max(...common);
}
