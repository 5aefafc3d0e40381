import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

/** Bytes of protocols, as a peer that keeps to none of their limits sends them. */

/** Sends the same for ever, as fast as the other side takes it. */
export function forEver(socket: Socket, piece: string | Buffer): void {
  // A write is for 64 KiB: what is measured is what the prober does.
  const bytes = Buffer.from(piece);
  const many = Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes));
  const pump = () => {
    while (!socket.destroyed && socket.write(many));
  };
  socket.on('drain', pump);
  pump();
}

/** Sends it in packets of this size, each in a turn of its own. */
export function inPackets(socket: Socket, bytes: Buffer, size: number): void {
  let at = 0;
  const next = () => {
    if (socket.destroyed || at >= bytes.length) return;
    socket.write(bytes.subarray(at, at + size));
    at += size;
    setImmediate(next);
  };
  next();
}

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
export function http2Frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(Buffer.byteLength(payload), 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}

/** `:status 200`, by its number in the static table (RFC 7541, appendix A). */
const status200 = '\x88';
/** `:status 103`: the name by its number, the value as text. */
const status103 = '\x08\x03103';
const endHeaders = 0x4;
export const settings = http2Frame(4, 0, 0);
export const http2 = {
  ping: http2Frame(6, 0, 0, '12345678'),
  windowUpdate: http2Frame(8, 0, 0, '\0\0\0\x01'),
  head: http2Frame(1, endHeaders, 1, Buffer.from(status200, 'latin1')),
  earlyHints: http2Frame(1, endHeaders, 1, status103),
  headThatGoesOn: http2Frame(1, 0, 1, Buffer.from(status200, 'latin1')),
  continuation: http2Frame(9, 0, 1),
  oneByte: http2Frame(0, 0, 1, 'x'),
  noByte: http2Frame(0, 0, 1),
} as const;

/** A frame of a server (RFC 6455, section 5.2), of at most 125 bytes. */
export function webSocketFrame(opcode: number, isFinal: boolean, payload = ''): Buffer {
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, payload.length]), Buffer.from(payload)]);
}

/** The answer to a handshake (RFC 6455, section 4.2.2). */
export function upgraded(request: string): string {
  const [, key = ''] = /^sec-websocket-key: (\S+)/im.exec(request) ?? [];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n';
  return `${head}sec-websocket-accept: ${accept}\r\n\r\n`;
}

/** A message of PostgreSQL. */
export function postgresMessage(kind: string, body: Buffer | string = ''): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + Buffer.byteLength(body));
  return Buffer.concat([Buffer.from(kind), length, Buffer.from(body)]);
}
