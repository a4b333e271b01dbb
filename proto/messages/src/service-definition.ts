import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { v1 } from './messages.js';

/** What the generated code knows of a message type. */
interface Codec {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

/** What the generated code states on every method of a service. */
interface GeneratedMethod {
  readonly name: string;
  readonly path: string;
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream?: true;
  readonly responseStream?: true;
}

const codecs = v1 as unknown as Record<string, Codec>;

function codecOf(type: string): Codec {
  const codec = codecs[type];
  if (codec === undefined) throw new Error(`no generated message ${type}`);
  return codec;
}

function encoder(codec: Codec): (message: object) => Buffer {
  return (message) => {
    const bytes = codec.encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

/** A generated service class, for example `v1.Checkpoint`. */
export interface GeneratedService {
  readonly prototype: object;
}

/** The grpc-js definition of a generated service, keyed by the method's name as in the .proto file. */
export function serviceDefinition(service: GeneratedService): ServiceDefinition {
  const definition: Record<string, MethodDefinition<object, object>> = {};
  for (const key of Object.getOwnPropertyNames(service.prototype)) {
    if (key === 'constructor') continue;
    const method = (service.prototype as Record<string, GeneratedMethod>)[key];
    if (method === undefined) continue;
    const request = codecOf(method.requestType);
    const response = codecOf(method.responseType);
    definition[method.name] = {
      path: method.path,
      requestStream: method.requestStream === true,
      responseStream: method.responseStream === true,
      requestSerialize: encoder(request),
      requestDeserialize: (bytes) => request.decode(bytes),
      responseSerialize: encoder(response),
      responseDeserialize: (bytes) => response.decode(bytes),
    };
  }
  return definition;
}
