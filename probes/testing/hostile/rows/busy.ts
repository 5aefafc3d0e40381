import type { Socket } from 'node:net';
import type { HostileRow } from '../row.ts';

const head = 'HTTP/1.1 200 OK\r\n';
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;

/** Sends the first bytes once and the others without end, as fast as they are taken. */
function endless(first: string, more: string): Pick<HostileRow, 'kind' | 'responds'> {
  const block = Buffer.from(more.repeat(Math.ceil(65_536 / more.length)), 'latin1');
  return {
    kind: 'http',
    responds: (socket: Socket) => {
      socket.write(first, 'latin1');
      const pump = () => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.on('drain', pump);
      pump();
    },
  };
}

/** A target that keeps the event loop of the prober busy. Each limit is a fail with its own words. */
export const busyRows: readonly HostileRow[] = [
  {
    name: 'sends interim answers without end',
    ...endless('', 'HTTP/1.1 102 Processing\r\n\r\n'),
    reason: 'protocol',
    curl: '(56) Too large response headers',
  },
  {
    name: 'sends interim answers of 10 kB without end',
    ...endless('', `HTTP/1.1 103 Early Hints\r\nlink: <${'a'.repeat(10_000)}>\r\n\r\n`),
    reason: 'protocol',
    curl: '(56) Too large response headers',
  },
  {
    name: 'sends empty lines before its answer without end',
    ...endless('', '\r\n'),
    reason: 'protocol',
    curl: '(1) Received HTTP/0.9 when not allowed',
  },
  {
    name: 'folds a header without end',
    ...endless(`${head}x-a: 1`, '\r\n 2'),
    reason: 'protocol',
    curl: '(56) Too large response headers',
  },
  {
    name: 'sends a body in chunks of one byte',
    ...endless(chunked, '1\r\nx\r\n'),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'sends a body in chunks of one byte whose sizes end with LF alone',
    ...endless(chunked, '1\nx\r\n'),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'puts zeros without end before a chunk size',
    ...endless(chunked, '0'),
    reason: 'protocol',
    curl: '(56) Too long hexadecimal number in chunked-encoding',
  },
  {
    name: 'has a chunk extension without end',
    ...endless(`${chunked}1;`, 'a'),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'sends trailers without end',
    ...endless(`${chunked}0\r\n`, 'x-a: 1\r\n'),
    reason: 'protocol',
    curl: '(28) Operation timed out',
  },
  {
    name: 'sends a body without an end',
    ...endless(`${head}\r\n`, 'ready'),
    reason: 'body_too_large',
    curl: '(28) Operation timed out',
  },
];
