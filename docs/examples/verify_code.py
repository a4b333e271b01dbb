#!/usr/bin/env python3
"""Verifies a scanned code at a hub as a checkpoint, knowing nothing but its address: the services are found by server reflection.

Needs Debian's python3-grpcio and python3-protobuf (apt-get install python3-grpcio).

    /usr/bin/python3 docs/examples/verify_code.py localhost:50051 .data/secrets/pki 110000 'eyJhbGciOi...'

The folder holds the authority of the hub's certificate and the certificate and key of the checkpoint, as `npm start` makes them.
"""
import os
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def fields(data):
    """Length-delimited fields of a protobuf message: enough to read a reflection answer without its generated code."""
    position = 0

    def read():
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while position < len(data):
        tag = read()
        size_or_value = read()
        if tag & 7 == 2:
            yield tag >> 3, data[position:position + size_or_value]
            position += size_or_value


def discover(channel, symbol):
    """Asks the server for the files that define `symbol` and returns a pool with them."""
    name = symbol.encode()
    ask = channel.stream_stream(REFLECTION, request_serializer=bytes, response_deserializer=bytes)
    answer = next(ask(iter([b"\x22" + varint(len(name)) + name])))  # file_containing_symbol = 4
    files = [descriptor_pb2.FileDescriptorProto.FromString(file)
             for number, body in fields(answer) if number == 4           # file_descriptor_response = 4
             for inner, file in fields(body) if inner == 1]              # file_descriptor_proto = 1
    pool, waiting = descriptor_pool.DescriptorPool(), {file.name: file for file in files}

    def add(name):
        file = waiting.pop(name, None)
        if file is not None:
            for dependency in file.dependency:
                add(dependency)
            pool.Add(file)

    for name in list(waiting):
        add(name)
    return pool


def read(*names):
    with open(os.path.join(*names), "rb") as file:
        return file.read()


def main(address, pki, province, code):
    own = f"checkpoint-{province}"
    credentials = grpc.ssl_channel_credentials(read(pki, "server-ca.crt"), read(pki, f"{own}.key"), read(pki, f"{own}.crt"))
    channel = grpc.secure_channel(address, credentials)
    pool = discover(channel, "healthcode.v1.Checkpoint")
    method = pool.FindServiceByName("healthcode.v1.Checkpoint").FindMethodByName("VerifyCode")
    factory = message_factory.MessageFactory(pool)
    request_type, response_type = factory.GetPrototype(method.input_type), factory.GetPrototype(method.output_type)
    request = request_type(code=code.encode())
    request.context.province = province
    request.context.purpose = 1
    call = channel.unary_unary("/healthcode.v1.Checkpoint/VerifyCode",
                               request_serializer=request_type.SerializeToString,
                               response_deserializer=response_type.FromString)
    print(json_format.MessageToJson(call(request, timeout=10), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:5])
