import type { LocalRouteRequest } from '../stand-in/local-system.js';
import type { MappedRequest } from './mapping-schema.js';
import { matchTemplate } from './text-template.js';

type Found = Readonly<Record<string, string>>;

const parameterOf = (name: string): string => name.replaceAll('.', '_');

/** The path of a request as a route: `/codes/{token}{?a}` is `/codes/:token`. */
export function routeOf({ path }: MappedRequest): string {
  return path
    .replace(/\{[?&][^{}]*\}/g, '')
    .replace(/\?.*$/, '')
    .replaceAll(':', '::')
    .replace(/\{([^{}]*)\}/g, (_whole, names: string) => names.split(',').map((name) => `:${parameterOf(name)}`).join(','));
}

function matchDocument(template: unknown, value: unknown): Found {
  if (typeof template === 'string') return (typeof value === 'string' ? matchTemplate(template, value) : undefined) ?? {};
  if (typeof template !== 'object' || template === null || typeof value !== 'object' || value === null) return {};
  return Object.entries(template).reduce<Found>((found, [name, child]) => ({ ...found, ...matchDocument(child, (value as Record<string, unknown>)[name]) }), {});
}

/** What stood in the places of a request: the adapter's way of making one, turned round for the stand-in. */
export function matchRequest(mapped: MappedRequest, request: LocalRouteRequest): Found {
  const pathNames = [...mapped.path.matchAll(/\{([^{}?&]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  const queryNames = [...mapped.path.matchAll(/\{[?&]([^{}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  const headers = Object.fromEntries(Object.entries(mapped.headers ?? {}).map(([name, template]) => [name.toLowerCase(), template]));
  return {
    ...Object.fromEntries(pathNames.map((name) => [name, request.parameters[parameterOf(name)] ?? ''])),
    ...Object.fromEntries(queryNames.flatMap((name) => (request.query[name] === undefined ? [] : [[name, request.query[name]]]))),
    ...matchDocument(headers, request.headers),
    ...matchDocument(mapped.query ?? {}, request.query),
    ...matchDocument(mapped.form ?? mapped.json ?? {}, request.body),
  };
}

/** The variables that a request makes use of. */
export function variablesUsed(mapped: MappedRequest, known: readonly string[]): readonly string[] {
  const written = JSON.stringify(mapped);
  return known.filter((name) => new RegExp(`[{,?&]${name.replaceAll('.', '\\.')}[},]`).test(written));
}
