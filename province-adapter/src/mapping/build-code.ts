import type { LocalSystemContext } from '../stand-in/local-system.js';
import { encodeText } from './encode-text.js';
import type { StandInFixture } from './fixture-schema.js';
import { randomText } from './random-text.js';
import { fillTemplate } from './text-template.js';

/** Stands for randomness where codes are made to be looked at. @returns that many bytes in lower-case hex, always the same */
export function exampleHex(bytes: number): string {
  return '0123456789abcdef'.repeat(Math.ceil(bytes / 8)).slice(0, bytes * 2);
}

/** The code of a mapping's fixtures, with fresh random parts. */
export function buildCode({ parts, text }: StandInFixture['codes'], randomHex: LocalSystemContext['randomHex']): string {
  const made: Record<string, string> = {};
  const fill = (template: string): string => fillTemplate(template, (name) => made[name] ?? '');
  for (const part of parts) {
    const plain = part.text === undefined ? randomText(part.random, part.length, randomHex) : fill(part.text);
    made[part.as] = part.base64 === undefined ? plain : Buffer.from(encodeText(plain, part.charset)).toString(part.base64);
  }
  return fill(text);
}
