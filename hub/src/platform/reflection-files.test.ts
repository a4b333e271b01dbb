import { PROTO_ROOT, SERVICE_PROTO_FILES } from '@health-code/messages';
import { protoPath as HEALTH_PROTO_FILE } from 'grpc-health-check';
import descriptor, { type IFileDescriptorProto } from 'protobufjs/ext/descriptor.js';
import { describe, expect, it } from 'vitest';
import { loadReflectionFiles } from './reflection-files.js';

const files = Object.values(loadReflectionFiles([...SERVICE_PROTO_FILES, HEALTH_PROTO_FILE], [PROTO_ROOT]))
  .flatMap((definition) => ('fileDescriptorProtos' in definition ? (definition.fileDescriptorProtos as readonly Uint8Array[]) : []))
  .map((bytes) => descriptor.FileDescriptorProto.decode(bytes) as unknown as IFileDescriptorProto);

describe('loadReflectionFiles', () => {
  it('states what each file imports, by names that are there', () => {
    expect(files.map((file): readonly unknown[] => [file.package, file.dependency])).toEqual([
      ['healthcode.v1', ['google/protobuf/timestamp.proto']],
      ['google.protobuf', []],
      ['grpc.health.v1', []],
    ]);
    expect(files.map(({ name }) => name)).toContain('google/protobuf/timestamp.proto');
  });

  it('gives entry types of maps the name they must have', () => {
    const list = files.flatMap(({ messageType }) => messageType ?? []).find(({ name }) => name === 'HealthListResponse');
    expect(list?.nestedType?.map(({ name }) => name)).toEqual(['StatusesEntry']);
    expect(list?.field?.map(({ typeName }) => typeName)).toEqual(['StatusesEntry']);
  });
});
