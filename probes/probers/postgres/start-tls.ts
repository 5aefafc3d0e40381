import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Run } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import { whileOpen } from '../../net/while-open.ts';

/** SSLRequest: its length and a number that no version of the protocol has. */
const request = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

const expected = 'a PostgreSQL server that offers TLS';

/** Asks a server for TLS, and returns when its handshake may begin. */
export async function askForTls(socket: Socket, run: Run): Promise<void> {
  const answered = once(socket, 'data');
  socket.write(request);
  const [answer]: unknown[] = await whileOpen(socket, { what: 'answer about TLS', expected }, run, answered);
  const text = String(answer);
  if (text === 'S') return;
  if (text === 'N') throw new Failure('tls_handshake', 'a server that offers no TLS', expected);
  // Anything behind the one byte was said before TLS, by whoever sits on the way (CVE-2021-23222).
  throw new Failure('protocol', `what is no answer about TLS: "${text.slice(0, 40)}"`, expected);
}
