import type { HostileRow } from '../row.ts';

const head = 'HTTP/1.1 200 OK\r\n';
const byLength = 'content-length: 5\r\n\r\nready';
const chunked = 'transfer-encoding: chunked\r\n';
const isReady = { expect: { body: '/^ready$/' } };
const go = 'Go refuses it';

/** An answer as it is on the wire. */
function says(bytes: string): Pick<HostileRow, 'kind' | 'responds'> {
  return { kind: 'http', responds: (socket) => socket.end(Buffer.from(bytes, 'latin1')) };
}

/** How an HTTP response is put on the wire: line ends, lengths, chunks. */
export const framingRows: readonly HostileRow[] = [
  // What is odd, and every client reads.
  {
    name: 'ends the lines of its head with LF alone',
    ...says('HTTP/1.1 200 OK\ncontent-length: 5\n\nready'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'ends one line of its head with LF alone',
    ...says(`${head}x-powered-by: cgi\n${byLength}`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'folds a header over three lines',
    ...says(`${head}x-a: one\r\n two\r\n\tthree\r\n${byLength}`),
    options: { expect: { headers: { 'x-a': '/^one two three$/' } } },
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'puts a blank before the colon of Content-Length',
    ...says(`${head}content-length : 5\r\n\r\nready`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'has a header whose name holds a blank',
    ...says(`${head}x powered by: cgi\r\n${byLength}`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'says its length twice',
    ...says(`${head}content-length: 5\r\n${byLength}`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'says its length twice to HEAD',
    ...says(`${head}content-length: 5\r\ncontent-length: 5\r\n\r\n`),
    options: { method: 'HEAD' },
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'says a length beside its chunks',
    ...says(`${head}content-length: 9\r\n${chunked}\r\n5\r\nready\r\n0\r\n\r\n`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'says a length beside chunks to HEAD',
    ...says(`${head}${chunked}content-length: 9\r\n\r\n`),
    options: { method: 'HEAD' },
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'puts blanks behind its chunk sizes',
    ...says(`${head}${chunked}\r\n5  \r\nready\r\n0 \r\n\r\n`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'puts a blank between a chunk size and its extension',
    ...says(`${head}${chunked}\r\n5 ;a=b\r\nready\r\n0\r\n\r\n`),
    options: isReady,
    reason: 'ok',
    curl: '200',
    blackbox: go,
  },
  {
    name: 'ends its chunk sizes with LF alone',
    ...says(`${head}${chunked}\r\n5\nready\r\n0\n\r\n`),
    options: isReady,
    reason: 'ok',
    curl: '200',
    blackbox: go,
  },
  {
    name: 'puts a blank before the colon of a trailer, and folds it',
    ...says(`${head}${chunked}\r\n5\r\nready\r\n0\r\nx-sum : 1\r\n 2\r\n\r\n`),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  // The same where nothing odd may be.
  {
    name: 'ends the lines of its head with LF alone where it must be strict',
    ...says('HTTP/1.1 200 OK\ncontent-length: 5\n\nready'),
    options: { expect: { strict: true } },
    reason: 'protocol',
    curl: '200',
  },
  {
    name: 'says its length twice where it must be strict',
    ...says(`${head}content-length: 5\r\n${byLength}`),
    options: { expect: { strict: true } },
    reason: 'protocol',
    curl: '200',
  },
  {
    name: 'puts a blank behind a chunk size where it must be strict',
    ...says(`${head}${chunked}\r\n5 \r\nready\r\n0\r\n\r\n`),
    options: { expect: { strict: true } },
    reason: 'protocol',
    curl: '200',
  },
  // What stays a fault.
  {
    name: 'says two lengths',
    ...says(`${head}content-length: 4\r\n${byLength}`),
    reason: 'protocol',
    curl: '200',
  },
  {
    name: 'says two lengths beside its chunks',
    ...says(`${head}${chunked}content-length: 4\r\ncontent-length: 5\r\n\r\n5\r\nready\r\n0\r\n\r\n`),
    reason: 'protocol',
    curl: '200',
  },
  {
    name: 'has a NUL in a header',
    ...says(`${head}x-a: a\0b\r\n${byLength}`),
    reason: 'protocol',
    curl: '(8) Nul byte in header',
  },
  {
    name: 'has a version that there is not',
    ...says(`HTTP/9.9 200 OK\r\n${byLength}`),
    reason: 'protocol',
    curl: '(1) Unsupported HTTP version (9.9) in response',
    blackbox: 'Go reads any version',
  },
  {
    name: 'has no line end behind a chunk',
    ...says(`${head}${chunked}\r\n5\r\nready0\r\n\r\n`),
    reason: 'protocol',
    curl: '(56) Malformed encoding found in chunked-encoding',
  },
  {
    name: 'has LF alone behind a chunk, which neither Go nor Python reads',
    ...says(`${head}${chunked}\r\n5\r\nready\n0\r\n\r\n`),
    reason: 'protocol',
    curl: '200',
  },
  {
    name: 'has a header without a colon',
    ...says(`${head}what\r\n${byLength}`),
    reason: 'protocol',
    curl: '(8) Header without colon',
  },
  {
    name: 'ends the lines of its head with CR alone',
    ...says('HTTP/1.1 200 OK\rcontent-length: 5\r\rready'),
    reason: 'protocol',
    curl: '(52) Empty reply from server',
  },
];
