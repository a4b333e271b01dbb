import { isProvinceCode, RECOGNITION_NODES, type ProvinceCode } from '@health-code/attestation';
import { HubError, type FieldViolation } from '../errors.js';
import { digestToken, INVITATION_SECONDS, makeToken } from './one-time-token.js';

/** A token as it is shown, once. `expiresAt` in seconds since the epoch. */
export interface ShownToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** What an operator asks for. */
export interface ProvinceInvitation {
  readonly province: string;
  /** How its codes may begin; empty allows every beginning that is free. */
  readonly codePrefixes: readonly string[];
  /** SPIFFE ID of the operator. */
  readonly actor: string;
}

/** Where invitations are kept. */
export interface InvitationKeeper {
  /** @throws HubError PROVINCE_ALREADY_MEMBER */
  inviteProvince(invitation: { readonly digest: Buffer; readonly province: ProvinceCode; readonly actor: string; readonly now: number; readonly codePrefixes?: readonly string[] }): Promise<void>;
  /** @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED */
  inviteCheckpoint(invitation: { readonly digest: Buffer; readonly province: ProvinceCode; readonly actor: string; readonly now: number }): Promise<void>;
}

/** Bounds of what an operator may list. */
const MAX = { prefixes: 32, prefixBytes: 256 } as const;

/** The province-level division that is meant. @throws HubError REQUEST_INVALID for a code that is none of those that recognise one another */
export function parseNode(code: string): ProvinceCode {
  if (isProvinceCode(code) && RECOGNITION_NODES.some((node) => node.code === code)) return code;
  throw new HubError('REQUEST_INVALID', 'the province is refused', {
    fieldViolations: [{ field: 'province', description: 'must be the GB/T 2260 code of one of the 32 nodes of the national platform' }],
  });
}

function shown(now: number, token: string): { readonly shown: ShownToken; readonly digest: Buffer } {
  const digest = digestToken(token);
  if (digest === undefined) throw new HubError('INTERNAL', 'a token of another form was made');
  return { shown: { token, expiresAt: now + INVITATION_SECONDS }, digest };
}

/**
 * A one-time token for a province that shall apply; the one before, if any, is void.
 * @param now seconds since the epoch
 * @throws HubError REQUEST_INVALID, PROVINCE_ALREADY_MEMBER
 */
export async function inviteProvince({ province, codePrefixes, actor }: ProvinceInvitation, now: number, keeper: Pick<InvitationKeeper, 'inviteProvince'>): Promise<ShownToken> {
  const code = parseNode(province);
  const fieldViolations = prefixViolations(codePrefixes);
  if (fieldViolations.length > 0) throw new HubError('REQUEST_INVALID', 'the invitation is refused', { fieldViolations });
  const made = shown(now, makeToken());
  await keeper.inviteProvince({ digest: made.digest, province: code, actor, now, ...(codePrefixes.length === 0 ? {} : { codePrefixes }) });
  return made.shown;
}

/**
 * A one-time code for a device at a checkpoint of `province`.
 * @param now seconds since the epoch
 * @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED
 */
export async function inviteCheckpoint(province: ProvinceCode, actor: string, now: number, keeper: Pick<InvitationKeeper, 'inviteCheckpoint'>): Promise<ShownToken> {
  const made = shown(now, makeToken());
  await keeper.inviteCheckpoint({ digest: made.digest, province, actor, now });
  return made.shown;
}

function prefixViolations(prefixes: readonly string[]): readonly FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (prefixes.length > MAX.prefixes) violations.push({ field: 'code_prefixes', description: `are more than ${String(MAX.prefixes)}` });
  prefixes.slice(0, MAX.prefixes).forEach((prefix, position) => {
    if (prefix === '' || Buffer.byteLength(prefix) > MAX.prefixBytes) {
      violations.push({ field: `code_prefixes[${String(position)}]`, description: `is empty or longer than ${String(MAX.prefixBytes)} bytes` });
    }
  });
  return violations;
}
