import { generateProvinceKey } from '@health-code/attestation';
import { formatKeyFile } from './key-file.js';
import { parseProvinceKeys, type ProvinceKeys } from './province-keys.js';

type PrivateJwk = Awaited<ReturnType<typeof generateProvinceKey>>['privateJwk'];

const generate = async (use: 'sig' | 'enc', count: number, exp?: number): Promise<PrivateJwk[]> =>
  Promise.all(Array.from({ length: count }, async () => ({ ...(await generateProvinceKey(use)).privateJwk, ...(exp === undefined ? {} : { exp }) })));

/** New private keys as a file holds them. */
export async function makePrivateJwks(): Promise<{ readonly signing: PrivateJwk; readonly encryption: PrivateJwk }> {
  const [[signing], [encryption]] = await Promise.all([generate('sig', 1), generate('enc', 1)]);
  if (signing === undefined || encryption === undefined) throw new Error('made none');
  return { signing, encryption };
}

/** New keys, so many of each. `endsAt` in seconds since the epoch. */
export async function makeProvinceKeys(counts: { readonly signing?: number; readonly opening?: number; readonly endsAt?: number } = {}): Promise<ProvinceKeys> {
  const { signing = 1, opening = 1, endsAt } = counts;
  const file = { signing: await generate('sig', signing, endsAt), encryption: await generate('enc', opening, endsAt), isForDevelopment: false };
  return parseProvinceKeys(formatKeyFile(file), 'production');
}
