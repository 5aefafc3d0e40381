import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { type Answer, decode, encode, type Packet, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet';

/** A record as the test writes it: `['A', '10.0.0.1', 60]`, with its time to live in seconds. */
export type ZoneRecord = readonly [type: 'A' | 'AAAA' | 'CNAME', data: string, ttl: number, name?: string];

export type ZoneAnswer =
  | readonly ZoneRecord[]
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'nothing'
  /** By UDP cut off after the header; by TCP whole. */
  | { readonly truncated: readonly ZoneRecord[] };

const codes = { nxdomain: 3, servfail: 2, refused: 5 } as const;

export interface ZoneServer extends AsyncDisposable {
  /** Address with port. */
  readonly address: string;
  /** Questions as they came in: `A shop.example.org`. */
  readonly asked: string[];
  /** Questions that came by TCP. */
  readonly askedByTcp: string[];
}

/** A name server on loopback, by UDP and TCP. `answers` is asked at every question, so that a test can change its mind. */
export async function startZoneServer(
  answers: (name: string, type: string) => ZoneAnswer,
  { delayMs = 0 }: { readonly delayMs?: number } = {},
): Promise<ZoneServer> {
  const host = '127.0.0.1';
  const timers = new Set<NodeJS.Timeout>();
  const [asked, askedByTcp]: [string[], string[]] = [[], []];
  const reply = (message: Buffer, byTcp: boolean): Buffer | undefined => {
    const question = decode(message);
    const [{ name, type } = { name: '.', type: 'A' }] = question.questions ?? [];
    asked.push(`${type} ${name}`);
    if (byTcp) askedByTcp.push(`${type} ${name}`);
    const answer = answers(name, type);
    if (answer === 'nothing') return undefined;
    return encode({
      ...packetFor(answer, type, byTcp, name),
      id: question.id ?? 0,
      questions: question.questions ?? [],
    });
  };
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const sent = reply(received.subarray(2, end), true);
        received = received.subarray(end);
        if (!sent) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(sent.length);
        socket.write(Buffer.concat([length, sent]));
      }
    });
  });
  const { udp, port } = await sharePort(tcp, host);
  udp.on('message', (message, peer) => {
    const sent = reply(message, false);
    if (sent) timers.add(setTimeout(() => udp.send(sent, peer.port, peer.address), delayMs));
  });
  return {
    address: `${host}:${port}`,
    asked,
    askedByTcp,
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

function packetFor(answer: Exclude<ZoneAnswer, 'nothing'>, type: string, byTcp: boolean, asked: string): Packet {
  const base: Packet = { type: 'response', flags: RECURSION_AVAILABLE };
  if (typeof answer === 'string') return { ...base, flags: RECURSION_AVAILABLE | codes[answer] };
  if ('truncated' in answer && !byTcp) return { ...base, flags: RECURSION_AVAILABLE | TRUNCATED_RESPONSE };
  const records = 'truncated' in answer ? answer.truncated : answer;
  return {
    ...base,
    answers: records
      .filter(([recordType]) => recordType === type || recordType === 'CNAME')
      .map(([recordType, data, ttl, name = asked]): Answer => ({ type: recordType, name, data, ttl })),
  };
}

/** A free port of TCP may be taken in UDP. */
async function sharePort(
  tcp: ReturnType<typeof createServer>,
  host: string,
): Promise<{ readonly udp: UdpSocket; readonly port: number }> {
  for (;;) {
    await new Promise<void>((resolve) => tcp.listen(0, host, resolve));
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4');
    const bound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false)).bind(port, host, () => resolve(true));
    });
    if (bound) return { udp, port };
    await new Promise((resolve) => tcp.close(resolve));
  }
}
