import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import type { Identity } from '../../testing/certificates.ts';
import type { Peer } from '../subject-for-test.ts';

/** What a name server of a test says: a packet for the question, raw bytes, several of them, or nothing. */
export interface Said {
  readonly rcode?: number;
  readonly flags?: number;
  readonly answers?: Answer[];
  readonly authorities?: Answer[];
  readonly additionals?: Answer[];
  readonly questions?: Packet['questions'];
  /** Added to the id of the question: 1 makes it somebody else's. */
  readonly idOff?: number;
}
export type Say = (query: Packet & { readonly id?: number }, by: 'udp' | 'tcp') => readonly (Said | Buffer)[];

export interface DnsPeer extends Peer {
  /** Questions that arrived: `udp A www.example.org`. */
  readonly asked: readonly string[];
}

/** A name server on loopback that says what its caller wants, by UDP and by TCP (or TLS) on one port. */
export async function startDnsPeer(say: Say, options: { readonly tls?: Identity } = {}): Promise<DnsPeer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const clients = new Set<number>();
  const secureContext = options.tls ? createSecureContext(options.tls) : undefined;
  const answers = (message: Buffer, by: 'udp' | 'tcp'): readonly Buffer[] => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    asked.push(`${by} ${question?.class} ${question?.type} ${question?.name}`);
    return say(query, by).map((said) => (Buffer.isBuffer(said) ? said : packetOf(query, said)));
  };
  const tcp = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    const socket = secureContext ? new TLSSocket(raw, { isServer: true, secureContext }) : raw;
    socket.on('error', () => {});
    let text = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      text = Buffer.concat([text, chunk]);
      if (text.length < 2 || text.length < 2 + text.readUInt16BE(0)) return;
      for (const answer of answers(text.subarray(2), 'tcp')) socket.write(withLength(answer));
      text = Buffer.alloc(0);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (message, client) => {
    clients.add(client.port);
    for (const answer of answers(message, 'udp')) udp.send(answer, client.port, client.address);
  });
  await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(port, '127.0.0.1', resolve));
  return {
    port,
    asked,
    open: () => sockets.size + boundUdpPorts().filter((bound) => clients.has(bound)).length,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
      await new Promise<void>((resolve) => udp.close(() => resolve()));
    },
  };
}

export function packetOf(query: Packet, said: Said): Buffer {
  const message = encode({
    type: 'response',
    id: ((query.id ?? 0) + (said.idOff ?? 0)) & 0xffff,
    flags: said.flags ?? 0,
    questions: said.questions ?? query.questions ?? [],
    answers: said.answers ?? [],
    authorities: said.authorities ?? [],
    additionals: said.additionals ?? [],
  });
  // The library writes no code.
  message.writeUInt8((message.readUInt8(3) & 0xf0) | (said.rcode ?? 0), 3);
  return message;
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** A socket of UDP has no connection that a peer could count, so the kernel's table is looked into. */
function boundUdpPorts(): readonly number[] {
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => Number.parseInt(/^\s*\d+: \w+:(\w+)/.exec(line)?.[1] ?? '', 16));
}
