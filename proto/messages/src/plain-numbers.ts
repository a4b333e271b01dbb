/**
 * 64-bit fields are read as JavaScript numbers: sequence numbers and seconds stay far below 2^53, and a number compares
 * with `===`. Must be imported before the generated code.
 */
import protobuf from 'protobufjs/minimal.js';

Object.assign(protobuf.util, { Long: undefined });
protobuf.configure();
