import type { Respond } from '../../fault-server.ts';
import { forEver, http2, inPackets, postgresMessage, settings, upgraded, webSocketFrame } from '../pieces.ts';
import type { HostileRow } from '../row.ts';

const overHttp2 = { certificate: 'good', alpn: 'h2', options: { http2: true } } as const;
const awaitsMessage = { options: { expect: { message: 'ready' } } };

/** A head, and then the same for ever. */
const afterHead =
  (frame: Buffer): Respond =>
  (socket) => {
    socket.write(Buffer.concat([settings, http2.head]));
    forEver(socket, frame);
  };

/** Frames for ever, before any answer. */
const before =
  (frame: Buffer): Respond =>
  (socket) => {
    socket.write(settings);
    forEver(socket, frame);
  };

const afterUpgrade =
  (frame: Buffer): Respond =>
  (socket, request) => {
    socket.write(upgraded(request));
    forEver(socket, frame);
  };

const loggedIn = Buffer.concat([postgresMessage('R', '\0\0\0\0'), postgresMessage('Z', 'I')]);

/** Logs in whoever comes, and answers the first query with the same for ever. */
const answersWith =
  (...pieces: readonly Buffer[]): Respond =>
  (socket) => {
    socket.once('data', () => {
      socket.write(loggedIn);
      socket.once('data', () => {
        socket.write(pieces[0] ?? '');
        forEver(socket, pieces.at(-1) ?? '');
      });
    });
  };

const column = postgresMessage('T', `\0\x01a\0${'\0'.repeat(18)}`);

/** A target that keeps the event loop of the prober busy by another protocol than HTTP/1.1. */
export const busyProtocolRows: readonly HostileRow[] = [
  // Redis.
  {
    name: 'answers with a list of 349,000 tiny elements, in packets of 4 KiB',
    kind: 'redis',
    responds: (socket) => inPackets(socket, Buffer.from(`*349000\r\n${'+\r\n'.repeat(349_000)}`), 4_096),
    reason: 'body_too_large',
  },
  {
    name: 'answers with a list of 65,000 tiny elements, in packets of 4 KiB',
    kind: 'redis',
    responds: (socket) => inPackets(socket, Buffer.from(`*65000\r\n${'+\r\n'.repeat(65_000)}`), 4_096),
    reason: 'answer',
  },
  {
    name: 'answers with lists that hold empty lists, of which more are announced each time',
    kind: 'redis',
    responds: (socket) => {
      socket.write('*9000\r\n');
      forEver(socket, '*9000\r\n'.concat('*0\r\n'.repeat(9_000)));
    },
    reason: 'body_too_large',
  },
  {
    name: 'answers with a line that does not end',
    kind: 'redis',
    responds: (socket) => {
      socket.write('+');
      forEver(socket, 'x');
    },
    reason: 'answer',
  },
  {
    name: 'answers with a text of 1 MB',
    kind: 'redis',
    responds: (socket) => socket.write(`$1000000\r\n${'x'.repeat(1_000_000)}\r\n`),
    reason: 'answer',
  },
  // PostgreSQL.
  {
    name: 'sends notices for ever',
    kind: 'postgres',
    responds: (socket) => forEver(socket, postgresMessage('N', 'Mx\0\0')),
    reason: 'protocol',
  },
  {
    name: 'reports settings for ever',
    kind: 'postgres',
    responds: (socket) => forEver(socket, postgresMessage('S', 'a\0b\0')),
    reason: 'protocol',
  },
  {
    name: 'answers with rows for ever',
    kind: 'postgres',
    responds: answersWith(column, postgresMessage('D', '\0\x01\0\0\0\0')),
    reason: 'body_too_large',
  },
  {
    name: 'answers with notices for ever',
    kind: 'postgres',
    responds: answersWith(postgresMessage('N', 'Mx\0\0')),
    reason: 'body_too_large',
  },
  // HTTP/2.
  {
    name: 'sends PING frames for ever',
    kind: 'http',
    ...overHttp2,
    responds: before(http2.ping),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'sends SETTINGS frames for ever',
    kind: 'http',
    ...overHttp2,
    responds: before(settings),
    reason: 'protocol',
    curl: '(56) Flooding was detected in this HTTP/2 session, and it must be closed',
  },
  {
    name: 'sends WINDOW_UPDATE frames for ever',
    kind: 'http',
    ...overHttp2,
    responds: before(http2.windowUpdate),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'sends interim answers by HTTP/2 for ever',
    kind: 'http',
    ...overHttp2,
    responds: before(http2.earlyHints),
    reason: 'protocol',
    curl: '(56) The user callback function failed, after status 103',
  },
  {
    name: 'goes on with its headers for ever',
    kind: 'http',
    ...overHttp2,
    responds: (socket) => {
      socket.write(Buffer.concat([settings, http2.headThatGoesOn]));
      forEver(socket, http2.continuation);
    },
    reason: 'protocol',
    curl: '(56) Too many CONTINUATION frames following a HEADER frame',
  },
  {
    name: 'sends its body in DATA frames of one byte',
    kind: 'http',
    ...overHttp2,
    responds: afterHead(http2.oneByte),
    reason: 'protocol',
    curl: '(28) Operation timed out with 20250221 bytes received',
  },
  {
    name: 'sends DATA frames without a byte',
    kind: 'http',
    ...overHttp2,
    responds: afterHead(http2.noByte),
    reason: 'protocol',
    curl: '(28) Operation timed out, after status 200',
  },
  // gRPC.
  { name: 'sends PING frames for ever', kind: 'grpc', responds: before(http2.ping), reason: 'protocol' },
  { name: 'sends SETTINGS frames for ever', kind: 'grpc', responds: before(settings), reason: 'protocol' },
  {
    name: 'answers in DATA frames of one byte',
    kind: 'grpc',
    responds: (socket) => {
      socket.once('data', () => afterHead(http2.oneByte)(socket, ''));
    },
    reason: 'protocol',
  },
  {
    name: 'goes on with its headers for ever',
    kind: 'grpc',
    responds: (socket) => {
      socket.once('data', () => {
        socket.write(Buffer.concat([settings, http2.headThatGoesOn]));
        forEver(socket, http2.continuation);
      });
    },
    reason: 'protocol',
  },
  // WebSocket.
  {
    name: 'sends a message in fragments of one byte',
    kind: 'websocket',
    ...awaitsMessage,
    responds: (socket, request) => {
      socket.write(upgraded(request));
      socket.write(webSocketFrame(1, false, 'x'));
      forEver(socket, webSocketFrame(0, false, 'x'));
    },
    reason: 'protocol',
  },
  {
    name: 'sends a message in fragments without a byte',
    kind: 'websocket',
    ...awaitsMessage,
    responds: (socket, request) => {
      socket.write(upgraded(request));
      socket.write(webSocketFrame(1, false, 'x'));
      forEver(socket, webSocketFrame(0, false));
    },
    reason: 'protocol',
  },
  {
    name: 'sends pings for ever',
    kind: 'websocket',
    ...awaitsMessage,
    responds: afterUpgrade(webSocketFrame(9, true, 'are you there?')),
    reason: 'protocol',
  },
  {
    name: 'sends messages of one byte for ever',
    kind: 'websocket',
    ...awaitsMessage,
    responds: afterUpgrade(webSocketFrame(1, true, 'x')),
    reason: 'protocol',
  },
  {
    name: 'never ends the closing handshake for all it has to say',
    kind: 'websocket',
    responds: afterUpgrade(webSocketFrame(2, true)),
    reason: 'protocol',
  },
  // DNS.
  {
    name: 'answers other questions for ever',
    kind: 'dns',
    options: { name: 'www.example.org', transport: 'tcp' },
    responds: (socket) => forEver(socket, Buffer.from(`\0\x0c${'\0'.repeat(12)}`)),
    reason: 'answer',
  },
  {
    name: 'sends messages without a byte for ever',
    kind: 'dns',
    options: { name: 'www.example.org', transport: 'tcp' },
    responds: (socket) => forEver(socket, Buffer.alloc(2)),
    reason: 'answer',
  },
  {
    name: 'answers in packets of one byte',
    kind: 'dns',
    options: { name: 'www.example.org', transport: 'tcp' },
    responds: (socket) => inPackets(socket, Buffer.concat([Buffer.from([0x20, 0]), Buffer.alloc(8_192)]), 1),
    reason: 'response_timeout',
  },
  // Lines.
  {
    name: 'greets a mail client in lines that do not end',
    kind: 'smtp',
    responds: (socket) => forEver(socket, '220-x\r\n'),
    reason: 'answer',
    curl: '(56) Too large response headers: 335882 > 307200',
  },
  {
    name: 'greets a mail client in a line that does not end',
    kind: 'smtp',
    responds: (socket) => forEver(socket, '220 x'),
    reason: 'answer',
    curl: '(56) Too large response headers: 390232 > 307200',
  },
  {
    name: 'says empty lines for ever',
    kind: 'tcp',
    options: { dialogue: [{ expect: '/^220 /' }] },
    responds: (socket) => forEver(socket, '\n'),
    reason: 'answer',
  },
  {
    name: 'says a line that does not end, in packets of one byte',
    kind: 'tcp',
    options: { dialogue: [{ expect: '/^220 /' }] },
    responds: (socket) => inPackets(socket, Buffer.alloc(10_000, 'x'), 1),
    reason: 'answer',
    mayStillCome: true,
  },
  {
    name: 'greets by FTP in lines that do not end',
    kind: 'tls',
    options: { starttls: 'ftp' },
    responds: (socket) => forEver(socket, '220-\r\nx\r\n'),
    reason: 'answer',
    curl: '(56) Too large response headers: 399875 > 307200',
  },
  {
    name: 'opens one tag of XMPP after the other',
    kind: 'tls',
    options: { starttls: 'xmpp' },
    responds: (socket) => forEver(socket, '<a>'),
    reason: 'answer',
  },
  {
    name: 'says by IMAP for ever what nobody asked for',
    kind: 'tls',
    options: { starttls: 'imap' },
    responds: (socket) => forEver(socket, '* OK\r\n'),
    reason: 'answer',
    curl: '(56) Too large response headers: 399872 > 307200',
  },
];
