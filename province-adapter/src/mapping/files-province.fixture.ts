import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvinceFolder } from '../provinces/registry.js';
import { loadMappedLocalSystem } from './mapped-local-system.js';
import { loadMappedProvince } from './mapped-province.js';

/** Ours: no province's system is known to be of this form. */
const FILES: Readonly<Record<string, string>> = {
  'README.md': 'A province whose local system leaves files, for tests.\n',
  'mapping.yaml': `
format: 1
system: SLUG-files
mode: convert
timeZone: Asia/Shanghai
rules: { conversion: { version: '1', title: 转码规则 } }
codes:
  recognise: [{ prefix: 'standin-SLUG-files:', minLength: 24, maxLength: 96 }]
  decode: [{ as: serial, after: 'standin-SLUG-files:', form: { characters: lower-hex, length: 48 } }]
files:
  name: status-*.jsonl
  format: json-lines
  codeAt: /serial
  codeHolds: serial
  codeExpires: { at: /until, type: integer, format: epoch-seconds }
fields:
  status: { at: /status }
  since: { at: /since, format: 'yyyy-MM-dd HH:mm:ss' }
  identityNumber: { at: /number }
  maskedName: { at: /name, mask: true }
values: { green: '00', yellow: '01', red: '10', none: not-applied }
validity: 14d
`,
  'fixtures/contract.yaml': `
values: { green: '00', yellow: '01', red: '10', none: not-applied }
unlistedValues: [orange, '00', GREEN, '', constructor]
errorCodes: {}
neverIssued: LOCAL_CODE_INVALID
`,
  'fixtures/stand-in.yaml': `
colours: { '00': green, '01': yellow, '10': red }
people: [green, green, yellow, red, none, green, green, green, green, green, green, green, green, green, green, green, green, green, green, green]
codes: { parts: [{ as: serial, random: lower-hex, length: 48 }], text: 'standin-SLUG-files:{serial}', lifetime: 5m }
answers:
  byCode: { serial: '{serial}', until: '{expiresAt:epoch-seconds}', status: '{status}', since: '{changedAt:yyyy-MM-dd HH:mm:ss}', number: '{person.number}', name: '{person.name}', phone: '{person.phone}' }
`,
  'fixtures/exchanges.yaml': `
- name: the newer of two files speaks
  at: '2022-04-15T10:00:00+08:00'
  person: { type: '01', number: '996101190001010013' }
  files:
    - { name: status-1.jsonl, text: '{"serial":"1","until":1650074400,"status":"green","since":"2022-04-13 08:30:00","number":"996101190001010013","name":"测试甲一"}' }
    - { name: status-2.jsonl, text: '{"serial":"2","until":1650074400,"status":"red","since":"2022-04-14 08:30:00","number":"996101190001010013","name":"测试甲一"}' }
  record: { status: '10', since: 1649896200, original: { system: SLUG-files, field: status, value: red } }
- name: a code that has run out
  at: '2022-04-15T10:00:00+08:00'
  code: 'standin-SLUG-files:111111111111111111111111111111111111111111111111'
  files:
    - { name: status-1.jsonl, text: '{"serial":"111111111111111111111111111111111111111111111111","until":1649896200,"status":"green","since":"2022-04-13 08:30:00","number":"996101190001010013","name":"测试甲一"}' }
  refusal: LOCAL_CODE_EXPIRED
- name: another charset
  at: '2022-04-15T10:00:00+08:00'
  person: { type: '01', number: '996101190001010013' }
  files: [{ name: status-1.jsonl, base64: vaG/tQ== }]
  refusal: LOCAL_ANSWER_INVALID
- name: nothing was left
  at: '2022-04-15T10:00:00+08:00'
  person: { type: '01', number: '996101190001010013' }
  refusal: LOCAL_SYSTEM_UNREACHABLE
`,
};

/** Where a node's folder of files is written below a root. */
export const filesProvinceFolder = (root: string, slug: string): string => join(root, slug);

/** Writes the folder of a province whose local system leaves files: nobody has one in this checkout. */
export function writeFilesProvince(root: string, { code, slug }: Pick<ProvinceFolder, 'code' | 'slug'>): ProvinceFolder {
  const folder = filesProvinceFolder(root, slug);
  mkdirSync(join(folder, 'fixtures'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text.replaceAll('SLUG', slug));
  return { slug, code, form: 'mapping', loadProvince: () => loadMappedProvince(folder), loadLocalSystem: () => loadMappedLocalSystem(folder) };
}
