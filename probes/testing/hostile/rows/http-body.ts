import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { HostileRow } from '../row.ts';

const ready = '{"status":"ready"}';
const isReady = { expect: { json: { status: 'ready' } } };
const noBody = 'it does not look at the body unless it is told to';

/** A body as it is on the wire, with its headers. */
function sends(body: Buffer | string, ...headers: readonly string[]): Pick<HostileRow, 'kind' | 'responds'> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const head = ['HTTP/1.1 200 OK', ...headers, `content-length: ${bytes.length}`].join('\r\n');
  return {
    kind: 'http',
    responds: (socket) => {
      socket.write(`${head}\r\n\r\n`, 'latin1');
      socket.end(bytes);
    },
  };
}

/** How the body of an HTTP response is encoded: charset, content codings. */
export const bodyRows: readonly HostileRow[] = [
  {
    name: 'answers in Latin-1 and says so',
    ...sends('Status: gr\xfcn', 'content-type: text/html; charset=iso-8859-1'),
    options: { expect: { body: 'grün' } },
    reason: 'ok',
    curl: '200',
    blackbox: 'it looks for the bytes of UTF-8',
  },
  {
    name: 'says in Latin-1 what it must not say',
    ...sends('St\xf6rung', 'content-type: text/html; charset=iso-8859-1'),
    options: { expect: { not_body: 'Störung' } },
    reason: 'body',
    curl: '200',
  },
  {
    name: 'says in Latin-1 what it must not say, without a charset',
    ...sends('St\xf6rung', 'content-type: text/plain'),
    options: { expect: { not_body: 'Störung' } },
    reason: 'body',
    curl: '200',
  },
  {
    name: 'answers in KOI8-R and says so',
    ...sends('\xc7\xcf\xd4\xcf\xd7', 'content-type: text/plain; charset=koi8-r'),
    options: { expect: { body: 'готов' } },
    reason: 'ok',
    curl: '200',
    blackbox: 'it looks for the bytes of UTF-8',
  },
  {
    name: 'puts a byte order mark before its JSON',
    ...sends(Buffer.from(`\ufeff${ready}`), 'content-type: application/json'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'answers in UTF-16 with a byte order mark',
    ...sends(Buffer.from(`\ufeff${ready}`, 'utf16le')),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'has a header in Latin-1',
    ...sends('', 'x-who: J\xfcrgen'),
    options: { expect: { headers: { 'x-who': 'Jürgen' } } },
    reason: 'ok',
    curl: '200',
    blackbox: 'it looks for the bytes of UTF-8',
  },
  {
    name: 'answers with zstd that nobody asked for',
    ...sends(zstdCompressSync(ready), 'content-encoding: zstd'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'answers with deflate without the header of zlib',
    ...sends(deflateRawSync(ready), 'content-encoding: deflate'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'answers with deflate as the RFC has it',
    ...sends(deflateSync(ready), 'content-encoding: deflate'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'compresses its body twice',
    ...sends(brotliCompressSync(gzipSync(ready)), 'content-encoding: gzip, br'),
    options: isReady,
    reason: 'ok',
    curl: '200',
  },
  {
    name: 'compresses its body six times',
    ...sends(
      Array.from({ length: 6 }).reduce<Buffer>((all) => gzipSync(all), Buffer.from(ready)),
      'content-encoding: gzip, gzip, gzip, gzip, gzip, gzip',
    ),
    reason: 'protocol',
    curl: '(61) Reject response due to more than 5 content encodings',
    blackbox: noBody,
  },
  {
    name: 'answers in a coding that cannot be read',
    ...sends('\x1f\x9d\x90r', 'content-encoding: compress'),
    options: { expect: { not_body: 'error' } },
    reason: 'protocol',
    curl: '(61) Unrecognized content encoding type. libcurl understands deflate, gzip, br, zstd content encodings.',
  },
  {
    name: 'calls its charset a content coding',
    ...sends(ready, 'content-encoding: UTF-8'),
    options: isReady,
    reason: 'ok',
    curl: '(61) Unrecognized content encoding type. libcurl understands deflate, gzip, br, zstd content encodings.',
  },
  {
    name: 'answers with zstd that is cut off',
    ...sends(zstdCompressSync(ready).subarray(0, 12), 'content-encoding: zstd'),
    reason: 'protocol',
    curl: '200',
    blackbox: noBody,
  },
];
