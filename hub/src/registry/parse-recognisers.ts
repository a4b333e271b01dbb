import { COMPACT_CODE_PREFIX } from '@health-code/attestation';
import { CANARY_BEGINNING, type v1 } from '@health-code/messages';
import type { Recogniser } from './registry.js';

/** Bounds of what a province may say of its codes; lengths in bytes. */
const MAX = { recognisers: 32, prefix: 256, infix: 64, code: 4096 } as const;

/** Bytes below which a prefix that is no address, or an infix, says too little: it would take in what is others'. */
const MIN = { prefix: 4, infix: 4 } as const;

/** How every attestation begins: base64url of `{"`. A province may not claim those as its own codes. */
const ATTESTATION_BEGINNING = 'eyJ';

/** How every web address begins, in the letters of a code that was made in alphanumeric mode too. */
const ADDRESS_BEGINNINGS = ['http://', 'https://'] as const;
const WITH_WHOLE_ORIGIN = /^https?:\/\/[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?\//i;

const bytes = (text: string): number => Buffer.byteLength(text);

const nests = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

function problemOfPrefix(prefix: string, codePrefixes: readonly string[] | undefined): string | undefined {
  if (prefix === '' || bytes(prefix) > MAX.prefix) return `is empty or longer than ${String(MAX.prefix)} bytes`;
  if (nests(prefix, ATTESTATION_BEGINNING) || nests(prefix, COMPACT_CODE_PREFIX)) return 'takes in attestations';
  if (nests(prefix, CANARY_BEGINNING)) return 'takes in the codes of canaries';
  // One letter would take in the codes of everybody who prints an address, and keep them from registering.
  if (ADDRESS_BEGINNINGS.some((beginning) => nests(prefix.toLowerCase(), beginning))) {
    if (!WITH_WHOLE_ORIGIN.test(prefix)) return 'begins an address and does not hold all of scheme and host, with the / after it';
  } else if (bytes(prefix) < MIN.prefix) return `is shorter than ${String(MIN.prefix)} bytes`;
  if (codePrefixes?.some((allowed) => prefix.startsWith(allowed)) === false) return 'begins with none of the prefixes this province is admitted with';
  return undefined;
}

/**
 * Recognisers out of a registration, each checked by itself. Their number, forms and bounds are the registry's; which
 * beginnings a province may claim is the operator's, where `codePrefixes` lists them.
 */
export function parseRecognisers(
  recognisers: readonly v1.Recogniser.$Properties[],
  codePrefixes: readonly string[] | undefined,
  refuse: (field: string, description: string) => void,
): readonly Recogniser[] {
  if (recognisers.length > MAX.recognisers) refuse('recognisers', `are more than ${String(MAX.recognisers)}`);
  const stated = recognisers.slice(0, MAX.recognisers).map((recogniser, position): Recogniser => {
    const { prefix = '', infix = '', minLength = 0, maxLength = 0 } = recogniser as Partial<Recogniser>;
    const field = (name: string): string => `recognisers[${String(position)}].${name}`;
    const problem = problemOfPrefix(prefix, codePrefixes);
    if (problem !== undefined) refuse(field('prefix'), problem);
    if (infix !== '' && bytes(infix) < MIN.infix) refuse(field('infix'), `is shorter than ${String(MIN.infix)} bytes`);
    // What cannot be stored; other control characters stand in codes that are made for scanners.
    if (prefix.includes('\0')) refuse(field('prefix'), 'holds NUL');
    if (infix.includes('\0')) refuse(field('infix'), 'holds NUL');
    if (bytes(infix) > MAX.infix) refuse(field('infix'), `is longer than ${String(MAX.infix)} bytes`);
    if (minLength < bytes(prefix) + bytes(infix)) refuse(field('min_length'), 'is less than prefix and infix need');
    if (maxLength < minLength || maxLength > MAX.code) refuse(field('max_length'), `is less than min_length or more than ${String(MAX.code)}`);
    return { prefix, infix, minLength, maxLength };
  });
  const pairs = stated.map(({ prefix, infix }) => JSON.stringify([prefix, infix]));
  if (new Set(pairs).size !== pairs.length) refuse('recognisers', 'state one prefix and infix twice');
  return stated;
}
