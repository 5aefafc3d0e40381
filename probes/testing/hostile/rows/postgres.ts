import type { Socket } from 'node:net';
import type { HostileRow } from '../row.ts';

/** What stands between a client and PostgreSQL, as pgbouncer 1.18 answers. */
export const postgresRows: readonly HostileRow[] = [
  {
    name: 'is a pooler with no connection left for clients',
    kind: 'postgres',
    responds: (socket) => socket.once('data', () => socket.end(error('no more connections allowed (max_client_conn)'))),
    reason: 'not_serving',
    connections: 1,
  },
  {
    name: 'is a pooler that waits for the database in vain',
    kind: 'postgres',
    responds: (socket) => pool(socket, () => error('query_wait_timeout')),
    reason: 'not_serving',
    connections: 1,
  },
  {
    name: 'is a pool by statement, and the query runs in a transaction',
    kind: 'postgres',
    responds: (socket) => pool(socket, byStatement),
    reason: 'query',
    connections: 1,
  },
  {
    name: 'is a pool by statement, and the query runs without',
    kind: 'postgres',
    responds: (socket) => pool(socket, byStatement),
    options: { transaction: false, expect: { rows: 1 } },
    reason: 'ok',
    connections: 1,
  },
  {
    name: 'is the console of a pooler, and is asked what it knows',
    kind: 'postgres',
    responds: (socket) => pool(socket, console),
    options: { sql: 'show pools', expect: { rows: 1 } },
    reason: 'ok',
    connections: 1,
  },
  {
    name: 'is the console of a pooler, and is asked for something else',
    kind: 'postgres',
    responds: (socket) => pool(socket, console),
    reason: 'query',
    connections: 1,
  },
  {
    name: 'is a pooler that does not know the user',
    kind: 'postgres',
    responds: (socket) => socket.once('data', () => socket.end(error('no such user: monitor'))),
    reason: 'login',
    connections: 1,
  },
];

/** Takes everybody in, and answers each query as it is told. */
function pool(socket: Socket, answer: (sql: string) => Buffer): void {
  socket.once('data', () => {
    socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
    socket.on('data', (sent: Buffer) => {
      if (sent[0] === 0x51) socket.write(Buffer.concat([answer(sent.toString('utf8', 5)), ready]));
    });
  });
}

function byStatement(sql: string): Buffer {
  return sql.startsWith('begin') ? error('transaction blocks not allowed in statement pooling mode') : oneRow;
}

function console(sql: string): Buffer {
  return sql.startsWith('show') ? oneRow : error("invalid command 'begin read only', use SHOW HELP;");
}

function message(kind: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(kind), length, body]);
}

/** 08P01, the code that pgbouncer has for everything that it says itself. */
function error(words: string): Buffer {
  return message('E', Buffer.from(`SERROR\0C08P01\0M${words}\0\0`));
}

const ready = message('Z', Buffer.from('I'));
/** A column `a` of text, and a row with `1` in it. */
const oneRow = Buffer.concat([
  message('T', Buffer.from('00016100000000000000000000190000ffffffff0000', 'hex')),
  message('D', Buffer.from('00010000000131', 'hex')),
  message('C', Buffer.from('SELECT 1\0')),
]);
