import { createHash } from 'node:crypto';

/**
 * Documented signature of the API family: upper-case hex SHA-256 of `k=v&k=v` over all parameters, `secretKey` among them
 * and `sign` not, sorted by name. (A keyed hash in name only; it is the local system's, and protects nothing of ours.)
 */
export function signRequest(parameters: Readonly<Record<string, string>>): string {
  const text = Object.entries(parameters)
    .filter(([name]) => name !== 'sign')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createHash('sha256').update(text, 'utf8').digest('hex').toUpperCase();
}
