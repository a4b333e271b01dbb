import type { v1 } from '@health-code/messages';
import { z } from 'zod';

const JWKS = z.object({ keys: z.array(z.object({ kid: z.string() })) });

/** Ids of the keys that the adapter of province `code` registered last. */
export async function registeredKeys(ledger: v1.Ledger, code: string): Promise<readonly string[]> {
  const { provinces } = await ledger.listProvinces({});
  const jwks = provinces.find((province) => province.code === code)?.jwks ?? '';
  return jwks === '' ? [] : JWKS.parse(JSON.parse(jwks)).keys.map(({ kid }) => kid);
}
