import protobuf from 'protobufjs/minimal.js';

/** The health protocol of gRPC: `grpc.health.v1.Health/Check` of grpc/proto's `health.proto`. */
export const healthPath = '/grpc.health.v1.Health/Check';

/** By their number in the enumeration `ServingStatus`. */
export const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** The codes of gRPC, by number. */
export const grpcCodes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** `HealthCheckRequest`, framed as a message of gRPC. */
export function encodeCheck(service: string): Buffer {
  const writer = protobuf.Writer.create();
  // A field with its default value is left out (proto3).
  if (service !== '') writer.uint32(fieldTag(1, lengthDelimited)).string(service);
  const message = writer.finish();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/**
 * The serving status in a framed `HealthCheckResponse`: its name, or its number where it has none.
 * @throws an error that says what is wrong with the bytes
 */
export function decodeCheck(framed: Buffer): string {
  if (framed.length < 5) throw new Error(framed.length === 0 ? 'no message' : 'half a message');
  if (framed.readUInt8(0) !== 0) throw new Error('a compressed message, which was not asked for');
  const length = framed.readUInt32BE(1);
  if (framed.length < 5 + length) throw new Error('half a message');
  if (framed.length > 5 + length) throw new Error('more than one message');
  const reader = protobuf.Reader.create(framed.subarray(5));
  let status = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === fieldTag(1, varint)) status = reader.int32();
    // A later version of the message may have more fields.
    else reader.skipType(tag & 7);
  }
  return servingStatuses[status] ?? `status ${status}`;
}

const varint = 0;
const lengthDelimited = 2;

function fieldTag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}
