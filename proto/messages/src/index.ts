export { v1 } from './messages.js';
export { PROTO_ROOT, SERVICE_PROTO_FILES } from './proto-files.js';
export { serviceDefinition, type GeneratedService } from './service-definition.js';
export * from './subjects.js';
export { secondsFromTimestamp, timestampFromSeconds, type TimestampFields } from './timestamp.js';
export { unaryTransport, type UnaryTransportOptions } from './unary-transport.js';
