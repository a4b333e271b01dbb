import { isMap, parseDocument } from 'yaml';

/**
 * Whether a mapping of a province says that its local system leaves files in a folder. Read as the adapter reads it, as YAML 1.2; of
 * what is none, the adapter says so itself.
 *
 * @param mapping text of a `mapping.yaml`
 */
export function leavesFiles(mapping: string): boolean {
  const { contents } = parseDocument(mapping, { uniqueKeys: false, logLevel: 'silent' });
  return isMap(contents) && contents.has('files');
}
