import type { Socket } from 'node:net';
import type { HostileRow } from '../row.ts';

/** Every protocol but HTTP and TLS. */
export const protocolRows: readonly HostileRow[] = [
  { name: 'accepts', kind: 'tcp', atAccept: 'hang', reason: 'ok', connections: 1 },
  {
    name: 'accepts where it must not',
    kind: 'tcp',
    atAccept: 'hang',
    options: { expect: 'closed' },
    reason: 'connect_open',
  },
  { name: 'refuses where it must', kind: 'tcp', atAccept: 'refused', options: { expect: 'closed' }, reason: 'ok' },
  { name: 'drops where it must', kind: 'tcp', atAccept: 'silent', options: { expect: 'closed' }, reason: 'ok' },
  { name: 'refuses a port', kind: 'tcp', atAccept: 'refused', reason: 'connect_refused' },
  { name: 'drops attempts to a port', kind: 'tcp', atAccept: 'silent', reason: 'connect_timeout' },
  {
    name: 'greets as expected',
    kind: 'tcp',
    atAccept: 'greet',
    options: { dialogue: [{ expect: '/^220 /' }] },
    reason: 'ok',
  },
  {
    name: 'greets otherwise',
    kind: 'tcp',
    atAccept: 'greet',
    options: { dialogue: [{ expect: '/^SSH-/' }] },
    reason: 'answer',
    mayStillCome: true,
  },
  {
    name: 'does not greet',
    kind: 'tcp',
    atAccept: 'hang',
    options: { dialogue: [{ expect: '/^220 /' }] },
    reason: 'response_timeout',
  },
  { name: 'says nothing to a mail client', kind: 'smtp', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'hangs up on a mail client', kind: 'smtp', atAccept: 'close', reason: 'response_closed' },
  {
    name: 'knows HELO and no EHLO',
    kind: 'smtp',
    responds: (socket) => mail(socket, '502 what?'),
    reason: 'ok',
    connections: 1,
    curl: '250, after HELO',
  },
  {
    name: 'does not know EHLO, and TLS is asked for',
    kind: 'smtp',
    responds: (socket) => mail(socket, '502 what?'),
    options: { starttls: true },
    reason: 'status',
    connections: 1,
    curl: '(9) Remote access denied: 502',
  },
  {
    name: 'refuses EHLO because it does not want us',
    kind: 'smtp',
    responds: (socket) => mail(socket, '550 go away'),
    reason: 'status',
    connections: 1,
    curl: '250, after HELO: it goes on whatever the code is',
  },
  { name: 'says nothing to a database client', kind: 'postgres', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'greets a database client as if it were mail', kind: 'postgres', atAccept: 'greet', reason: 'protocol' },
  { name: 'says nothing to a cache client', kind: 'redis', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'greets a cache client as if it were mail', kind: 'redis', atAccept: 'greet', reason: 'protocol' },
  { name: 'answers a WebSocket with a page', kind: 'websocket', behaviour: 'ok', reason: 'status' },
  { name: 'says nothing to a WebSocket', kind: 'websocket', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'says nothing to a gRPC client', kind: 'grpc', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'refuses a gRPC client', kind: 'grpc', atAccept: 'refused', reason: 'connect_refused' },
];

/** A mail server from before EHLO (RFC 821), which says this to it. */
function mail(socket: Socket, toEhlo: string): void {
  socket.write('220 old.example.org\r\n');
  socket.on('data', (sent: Buffer) => {
    const command = sent.toString('latin1');
    if (/^QUIT/i.test(command)) socket.end('221 bye\r\n');
    else socket.write(/^EHLO/i.test(command) ? `${toEhlo}\r\n` : '250 ok\r\n');
  });
}
