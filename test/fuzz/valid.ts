import { gzipSync } from 'node:zlib';
import { encode } from 'dns-packet';
import { http2, http2Frame, postgresMessage, settings, webSocketFrame } from '../../probes/testing/hostile/pieces.ts';
import type { Script } from './mutate.ts';

type Valid = Pick<Script, 'greeting' | 'replies'>;

/** What a peer fills in: the answer to the key of a handshake, and the id of a question, which no recording could know. */
export const acceptMark = '@ACCEPT@';

const gzipped = gzipSync('{"status":"ready","token":"sesame"}');
const ready = '{"status":"ready","token":"sesame","id":7,"data":{"items":[{"id":7}]}}';

const httpAnswers: readonly Buffer[] = [
  Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ready.length}\r\n\r\n${ready}`),
  Buffer.from(
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nready\r\n3;x=y\r\n ok\r\n0\r\nx-sum: 1\r\n\r\n',
  ),
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${gzipped.length}\r\n\r\n`),
    gzipped,
  ]),
  Buffer.from(
    'HTTP/1.1 302 Found\r\nlocation: /next?a=b\r\nset-cookie: session=sesame; Path=/\r\ncontent-length: 0\r\n\r\n',
  ),
  Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.0 503 Away\r\nx-version: 1.4.2\r\n\r\nno'),
  Buffer.from('HTTP/1.1 204 No Content\r\nx-csrf: c-1\r\n\r\n'),
];

const literal = (name: string, value: string) =>
  Buffer.from(`\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`);
const grpcHead = http2Frame(
  1,
  0x4,
  1,
  Buffer.concat([Buffer.from([0x88]), literal('content-type', 'application/grpc')]),
);
const grpcEnd = http2Frame(1, 0x5, 1, literal('grpc-status', '0'));
const grpcBody = http2Frame(0, 0, 1, Buffer.from([0, 0, 0, 0, 2, 0x08, 1]));
const settingsTaken = http2Frame(4, 1, 0);

const ok = postgresMessage('C', 'SELECT 1\0');
const idle = postgresMessage('Z', 'I');
const column = postgresMessage('T', `\0\x01a\0${'\0'.repeat(18)}`);
const row = postgresMessage('D', '\0\x01\0\0\0\x011');

const question = { name: 'www.example.org', type: 'A' as const };
const dnsAnswer = encode({
  type: 'response',
  id: 0,
  questions: [question],
  answers: [
    { type: 'CNAME', name: question.name, ttl: 60, data: 'cdn.example.org' },
    { type: 'A', name: 'cdn.example.org', ttl: 60, data: '192.0.2.10' },
    { type: 'TXT', name: question.name, ttl: 60, data: ['v=spf1', '-all'] },
    { type: 'MX', name: question.name, ttl: 60, data: { preference: 10, exchange: 'mail.example.org' } },
  ],
});

const says = (greeting: string, ...replies: readonly string[]): Valid => ({
  greeting: Buffer.from(greeting),
  replies: replies.map((reply) => Buffer.from(reply)),
});
const answers = (...replies: readonly Buffer[]): Valid => ({ greeting: Buffer.alloc(0), replies });
const toHttp = httpAnswers.map((answer) => answers(answer));

/** Valid answers by what is probed. */
export const valid = {
  http: toHttp,
  https: toHttp,
  flow: toHttp,
  http2: [
    answers(
      Buffer.concat([settings, settingsTaken, http2.earlyHints, http2.head, http2Frame(0, 1, 1, ready)]),
      http2.ping,
    ),
    answers(
      Buffer.concat([
        settings,
        http2.headThatGoesOn,
        http2Frame(9, 4, 1, literal('x-a', 'b')),
        http2Frame(0, 1, 1, 'ok'),
      ]),
    ),
  ],
  grpc: [answers(Buffer.concat([settings, settingsTaken, grpcHead, grpcBody, grpcEnd]), http2.ping)],
  websocket: [
    answers(
      Buffer.concat([
        Buffer.from(
          `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${acceptMark}\r\n\r\n`,
        ),
        webSocketFrame(1, false, 'not yet '),
        webSocketFrame(9, true, 'are you there?'),
        webSocketFrame(0, true, 'there'),
      ]),
      webSocketFrame(1, true, 'ready'),
      webSocketFrame(8, true, '\x03\xe8'),
    ),
  ],
  redis: [
    says('', '+OK\r\n', '*3\r\n$5\r\nslave\r\n$2\r\ndb\r\n:6379\r\n', '+OK\r\n'),
    says('', '+OK\r\n', '$37\r\n# Server\r\nredis_version:8.0.6\r\nos:Lin\r\n\r\n', '*2\r\n*1\r\n:1\r\n*-1\r\n'),
  ],
  postgres: [
    answers(
      Buffer.concat([postgresMessage('R', '\0\0\0\0'), postgresMessage('S', 'server_version\x0018.1\0'), idle]),
      Buffer.concat([postgresMessage('C', 'BEGIN\0'), postgresMessage('C', 'SET\0'), idle]),
      Buffer.concat([column, row, ok, idle]),
    ),
    answers(postgresMessage('R', '\0\0\0\x03'), postgresMessage('E', 'SFATAL\0C28P01\0Mno\0\0')),
    answers(postgresMessage('R', '\0\0\0\x0aSCRAM-SHA-256\0\0'), postgresMessage('R', '\0\0\0\x0br=abc,s=QQ==,i=4096')),
  ],
  smtp: [
    says(
      '220 mail.example.org ESMTP\r\n',
      '250-mail.example.org\r\n250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n',
      '235 2.7.0 accepted\r\n',
      '250 2.1.0 ok\r\n',
      '250 2.1.5 ok\r\n',
      '250 2.0.0 ok\r\n',
    ),
  ],
  tcp: [says('SSH-2.0-x\r\n220 hello\r\n', '+OK ready\r\n', '250 fine> ')],
  tls: [says('')],
  starttls: [
    says('* OK [CAPABILITY IMAP4rev1] ready\r\n', '* CAPABILITY STARTTLS\r\na OK begin\r\n'),
    says('', "<stream:stream><stream:features><starttls xmlns='x'/></stream:features>", "<proceed xmlns='x'/>"),
  ],
  dnsUdp: [answers(dnsAnswer)],
  dnsTcp: [answers(dnsAnswer)],
} as const satisfies Record<string, readonly Valid[]>;

export type Subject = keyof typeof valid;
