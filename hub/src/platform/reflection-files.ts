import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import descriptor, { type IDescriptorProto, type IFileDescriptorProto } from 'protobufjs/ext/descriptor.js';

const { FileDescriptorProto } = descriptor;

/** Where a message of package google.protobuf really stands; clients that bring their own copy know it by this name. */
const WELL_KNOWN_FILES: Readonly<Record<string, string>> = { Timestamp: 'google/protobuf/timestamp.proto' };

/**
 * The given .proto files as server reflection can hand them out. proto-loader writes one file a package and leaves the
 * list of imports empty (grpc/grpc-node issue 2595); clients that link what they get (buf, Go, Python) then find nothing.
 * @throws Error at start, where a message of google.protobuf is used that has no row in the table above
 */
export function loadReflectionFiles(files: readonly string[], includeDirs: readonly string[]): PackageDefinition {
  const loaded = loadSync([...files], { includeDirs: [...includeDirs], keepCase: true });
  const fileDescriptorProtos = link(readFiles(loaded)).map((file) => Buffer.from(FileDescriptorProto.encode(file).finish()));
  return { files: { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos } as MessageTypeDefinition<object, object> };
}

function readFiles(loaded: PackageDefinition): readonly IFileDescriptorProto[] {
  const files = new Map<string, IFileDescriptorProto>();
  for (const { fileDescriptorProtos = [] } of Object.values(loaded) as readonly Partial<MessageTypeDefinition<object, object>>[]) {
    for (const bytes of fileDescriptorProtos) {
      const file = FileDescriptorProto.decode(bytes) as unknown as IFileDescriptorProto;
      files.set(file.name ?? '', file);
    }
  }
  return [...files.values()];
}

function link(files: readonly IFileDescriptorProto[]): readonly IFileDescriptorProto[] {
  const named = files.flatMap((file) => (file.package === 'google.protobuf' ? splitWellKnown(file) : [file]));
  const fileOfType = new Map(named.flatMap((file) => typeNames(file).map((type) => [type, file.name ?? ''])));
  return named.map((file) => {
    const used = referencedTypes(file).flatMap((type) => findFile(type, file.package ?? '', fileOfType) ?? []);
    const dependency = [...new Set(used)].filter((name) => name !== file.name);
    return { ...file, messageType: (file.messageType ?? []).map(nameMapEntries), dependency };
  });
}

const splitWellKnown = (file: IFileDescriptorProto): readonly IFileDescriptorProto[] =>
  (file.messageType ?? []).map((message) => {
    const name = WELL_KNOWN_FILES[message.name ?? ''];
    if (name === undefined) throw new Error(`google.protobuf.${message.name ?? ''} has no row in WELL_KNOWN_FILES`);
    return { ...file, name, messageType: [message] };
  });

/** protobufjs leaves out the ending that the entry type of a map must have; who checks (Go) refuses the whole file. */
function nameMapEntries(message: IDescriptorProto): IDescriptorProto {
  const isMisnamed = (nested: IDescriptorProto): boolean => nested.options?.mapEntry === true && nested.name?.endsWith('Entry') !== true;
  const misnamed = new Set((message.nestedType ?? []).filter(isMisnamed).map(({ name }) => name ?? ''));
  return {
    ...message,
    field: (message.field ?? []).map((field) => (misnamed.has(field.typeName ?? '') ? { ...field, typeName: `${field.typeName ?? ''}Entry` } : field)),
    nestedType: (message.nestedType ?? []).map((nested) => nameMapEntries(isMisnamed(nested) ? { ...nested, name: `${nested.name ?? ''}Entry` } : nested)),
  };
}

/** Full names of the types that stand at the top of a file; what is nested is found through them. */
const typeNames = (file: IFileDescriptorProto): readonly string[] =>
  [...(file.messageType ?? []), ...(file.enumType ?? [])].map(({ name }) => `${file.package ?? ''}.${name ?? ''}`);

const fieldTypes = (message: IDescriptorProto): readonly string[] => [
  ...(message.field ?? []).flatMap(({ typeName }) => (typeName ? [typeName] : [])),
  ...(message.nestedType ?? []).flatMap(fieldTypes),
];

const referencedTypes = (file: IFileDescriptorProto): readonly string[] => [
  ...(file.messageType ?? []).flatMap(fieldTypes),
  ...(file.service ?? []).flatMap(({ method }) => (method ?? []).flatMap(({ inputType, outputType }) => [inputType ?? '', outputType ?? ''])),
];

/** References are absolute (`.a.b.C`) or as they were written. Those found nowhere are nested types of the file itself. */
function findFile(reference: string, scope: string, fileOfType: ReadonlyMap<string, string>): string | undefined {
  if (reference.startsWith('.')) return fileOfType.get(reference.slice(1));
  return fileOfType.get(`${scope}.${reference}`) ?? fileOfType.get(reference);
}
