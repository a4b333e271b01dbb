import { maskName, maskNumber, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import jsonpointer from 'jsonpointer';
import { encodeText, formatRow } from './encode-text.js';
import type { StandInFixture } from './fixture-schema.js';
import type { MappedAnswer } from './mapping-schema.js';
import { fillTemplate, mapTexts, timeFormatOf, typeFilled } from './text-template.js';
import { formatTime } from './time-format.js';
import { BareAnswer } from '../stand-in/local-system.js';

/** What the places of a golden answer are filled with. Times in milliseconds since the epoch. */
export interface AnswerScene {
  readonly texts: Readonly<Record<string, string>>;
  readonly times: Readonly<Record<string, number>>;
  readonly zone: string;
}

/** What an answer may say of a person. */
export function sceneOfPerson(person: SyntheticPerson, statusField: string): Readonly<Record<string, string>> {
  return {
    status: person.fields[statusField] ?? '',
    ...Object.fromEntries(Object.entries(person.fields).map(([name, value]) => [`held.${name}`, value])),
    'person.name': person.name,
    'person.maskedName': maskName(person.name),
    'person.type': person.documentType,
    'person.number': person.documentNumber,
    'person.maskedNumber': maskNumber(person.documentNumber),
    'person.phone': person.phone,
  };
}

function placeText(scene: AnswerScene, name: string, how: string): string {
  const time = scene.times[name];
  if (time !== undefined) return formatTime(time, how === '' ? 'yyyy-MM-dd HH:mm:ss' : timeFormatOf(how), scene.zone);
  return scene.texts[name] ?? '';
}

function fillText(template: string, scene: AnswerScene): unknown {
  return typeFilled(template, fillTemplate(template, (name, how) => placeText(scene, name, how)));
}

/** A golden answer with its places filled, as the local system would send it. */
export function fillAnswer(template: unknown, scene: AnswerScene, { body, payload }: MappedAnswer): unknown {
  const document = mapTexts(template, (text) => fillText(text, scene));
  const inner: unknown = payload === undefined || typeof document !== 'object' || document === null ? undefined : jsonpointer.get(document, payload.at);
  if (payload !== undefined && typeof inner === 'object' && inner !== null) {
    const text = JSON.stringify(inner);
    jsonpointer.set(document as object, payload.at, payload.encoding === 'text' ? text : Buffer.from(encodeText(text, payload.charset)).toString(payload.encoding));
  }
  if (body.format === 'json' && body.charset === 'utf-8' && body.mediaType === 'application/json') return document;
  const members = document as Readonly<Record<string, unknown>>;
  const names = body.columns ?? Object.keys(members);
  const row = formatRow(names.map((name) => String((members[name] ?? '') as string | number)), body.delimiter);
  const text = body.format === 'json' ? JSON.stringify(document) : [...(body.columns === undefined ? [formatRow(names, body.delimiter)] : []), row].join('\r\n');
  return new BareAnswer(200, `${body.mediaType}; charset=${body.charset}`, encodeText(text, body.charset));
}

/** How the local system says an error by its code: by its HTTP status, where the mapping has no other way. @param now milliseconds since the epoch */
export function fillError({ error = {} }: StandInFixture['answers'], errorCode: string, now: number, zone: string, envelope: MappedAnswer): unknown {
  if (envelope.result === undefined || Object.hasOwn(envelope.httpStatus, errorCode)) return new BareAnswer(Number(errorCode), envelope.body.mediaType, Buffer.from('{}'));
  return fillAnswer(error, { texts: { errorCode }, times: { now }, zone }, envelope);
}
