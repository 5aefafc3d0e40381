import { createSocket } from 'node:dgram';

/** What the server makes of a question: an error code of DNS (RFC 1035, section 4.1.1), an empty answer, or nothing. */
export type NameAnswer = 'nothing' | 'empty' | 'servfail' | 'nxdomain' | 'refused';
const codes = { empty: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;

export interface NameServer extends AsyncDisposable {
  /** Address with port. */
  readonly address: string;
}

/**
 * A name server on loopback that knows no name, and fails as its caller asks.
 * @param answer by name, which is `.` for the root
 * @param port 0 for any
 */
export async function startNameServer(
  answer: (name: string) => NameAnswer,
  host = '127.0.0.1',
  port = 0,
): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (question, peer) => {
    const given = answer(nameIn(question));
    if (given === 'nothing') return;
    const reply = Buffer.from(question);
    // A response, recursion available; the question is repeated, and no record follows.
    reply.writeUInt16BE(0x8180 | codes[given], 2);
    reply.writeUInt16BE(0, 10);
    socket.send(reply.subarray(0, endOfQuestion(question)), peer.port, peer.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).bind(port, host, resolve);
  });
  return {
    address: `${host}:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const headerLength = 12;

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = headerLength; question[at]; at += 1 + (question[at] ?? 0)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + (question[at] ?? 0)));
  }
  return labels.join('.') || '.';
}

/** After the name come its end, type and class. */
function endOfQuestion(question: Buffer): number {
  let at = headerLength;
  while (question[at]) at += 1 + (question[at] ?? 0);
  return at + 5;
}
