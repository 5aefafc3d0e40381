import { describe, expect, test } from 'vitest';
import { AnswerParser } from './answer-parser.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;
const byLength = 'content-length: 2\r\n\r\nok';

/** What was read of an answer: the headers of the last head, the body, the oddities, and the fault or the end. */
interface Reading {
  readonly headers: readonly string[];
  readonly body: string;
  readonly oddities: readonly string[];
  readonly ends: string;
}

const cases: readonly { readonly name: string; readonly bytes: string; readonly is: Partial<Reading> }[] = [
  {
    name: 'lines of a head that end with LF alone',
    bytes: 'HTTP/1.1 200 OK\nx-a: 1\ncontent-length: 2\n\nok',
    is: { headers: ['x-a', '1', 'content-length', '2'], oddities: ['header lines that end with LF alone'] },
  },
  {
    name: 'a status line without a reason that ends with LF alone',
    bytes: `HTTP/1.1 200\n${byLength}`,
    is: { oddities: ['header lines that end with LF alone'] },
  },
  {
    name: 'LF alone in the middle of a head',
    bytes: `${ok}x-a: 1\ny: 2\r\n${byLength}`,
    is: {
      headers: ['x-a', '1', 'y', '2', 'content-length', '2'],
      oddities: ['header lines that end with LF alone'],
    },
  },
  {
    name: 'an empty line that is LF alone',
    bytes: `${ok}content-length: 2\r\n\nok`,
    is: { oddities: ['header lines that end with LF alone'] },
  },
  {
    name: 'a header that is folded twice',
    bytes: `${ok}x-a: one\r\n two\r\n\tthree\r\n${byLength}`,
    is: {
      headers: ['x-a', 'one two three', 'content-length', '2'],
      oddities: ['a header that is folded over several lines'],
    },
  },
  {
    name: 'a header whose value begins on the next line',
    bytes: `${ok}content-length:\r\n 2\r\n\r\nok`,
    is: { headers: ['content-length', '2'], oddities: ['a header that is folded over several lines'] },
  },
  {
    name: 'a fold with LF alone',
    bytes: `${ok}x-a: one\n two\n${byLength}`,
    is: {
      headers: ['x-a', 'one two', 'content-length', '2'],
      oddities: ['header lines that end with LF alone', 'a header that is folded over several lines'],
    },
  },
  {
    name: 'a blank before the colon',
    bytes: `${ok}content-length : 2\r\n\r\nok`,
    is: { headers: ['content-length', '2'], oddities: ['a blank before the colon of a header'] },
  },
  {
    name: 'blanks and a tab before the colon, and a fold',
    bytes: `${ok}x-a \t : one\r\n  two \r\n${byLength}`,
    is: {
      headers: ['x-a', 'one two', 'content-length', '2'],
      oddities: ['a blank before the colon of a header', 'a header that is folded over several lines'],
    },
  },
  {
    name: 'a blank before the colon of what says that there are chunks',
    bytes: `${ok}transfer-encoding : chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    is: { oddities: ['a blank before the colon of a header'] },
  },
  {
    name: 'a name with a blank, folded, which Go and Python do not stumble over',
    bytes: `${ok}x y: 1\r\n 2\r\n${byLength}`,
    is: { headers: ['content-length', '2'], oddities: ['a header whose name holds a blank, which is left out'] },
  },
  {
    name: 'one length twice',
    bytes: `${ok}content-length: 2\r\nx-a: 1\r\nContent-Length:2 \r\n\r\nok`,
    is: { headers: ['content-length', '2', 'x-a', '1'], oddities: ['Content-Length twice with the same value'] },
  },
  {
    name: 'one length three times, once with a blank before the colon and once folded',
    bytes: `${ok}content-length: 2\r\ncontent-length : 2\r\ncontent-length:\r\n 2\r\n\r\nok`,
    is: {
      headers: ['content-length', '2'],
      oddities: [
        'a blank before the colon of a header',
        'Content-Length twice with the same value',
        'a header that is folded over several lines',
      ],
    },
  },
  {
    name: 'a length before chunks',
    bytes: `${ok}content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    is: { oddities: ['Content-Length beside Transfer-Encoding'] },
  },
  {
    name: 'a length behind chunks, twice',
    bytes: `${ok}Transfer-Encoding: chunked\r\ncontent-length: 9\r\ncontent-length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    is: { oddities: ['Content-Length beside Transfer-Encoding', 'Content-Length twice with the same value'] },
  },
  {
    name: 'blanks behind chunk sizes',
    bytes: `${chunked}1  \r\no\r\n1\t\r\nk\r\n0 \r\n\r\n`,
    is: { oddities: ['a blank behind a chunk size'] },
  },
  {
    name: 'a blank between a chunk size and an extension',
    bytes: `${chunked}2 ;name="a b"\r\nok\r\n0\r\n\r\n`,
    is: { oddities: ['a blank behind a chunk size'] },
  },
  {
    name: 'chunk sizes that end with LF alone',
    bytes: `${chunked}2\nok\r\n0\n\r\n`,
    is: { oddities: ['a chunk size that ends with LF alone'] },
  },
  {
    name: 'trailers with LF alone, a fold and a blank before the colon',
    bytes: `${chunked}2\r\nok\r\n0\r\nx-a: 1\r\n 2\nx-b : 3\r\n\n`,
    is: {
      oddities: [
        'header lines that end with LF alone',
        'a header that is folded over several lines',
        'a blank before the colon of a header',
      ],
    },
  },
  {
    name: 'a length among the trailers, which nobody looks at',
    bytes: `${chunked}2\r\nok\r\n0\r\ncontent-length: 7\r\n\r\n`,
    is: { oddities: [] },
  },
  {
    name: 'an interim answer that is odd before one that is not',
    bytes: `HTTP/1.1 103 Early Hints\nlink : </a>\n\n${ok}${byLength}`,
    is: { oddities: ['header lines that end with LF alone', 'a blank before the colon of a header'] },
  },
  {
    name: 'extensions, leading zeros and large digits of chunk sizes',
    bytes: `${chunked}00002;a=b;c\r\nok\r\n0;d\r\nx-a: 1\r\n\r\n`,
    is: { oddities: [] },
  },
  {
    name: 'a chunk of more than nine bytes',
    bytes: `${chunked}1B\r\n${'0123456789'.repeat(2)}1234567\r\na\r\n0123456789\r\n0\r\n\r\n`,
    is: { body: `${'0123456789'.repeat(2)}12345670123456789`, oddities: [] },
  },
  {
    name: 'two lengths',
    bytes: `${ok}content-length: 1\r\n${byLength}`,
    is: { ends: 'Content-Length twice, 1 and 2' },
  },
  {
    name: 'two lengths of the same value, written differently',
    bytes: `${ok}content-length: 02\r\n${byLength}`,
    is: { ends: 'Content-Length twice, 02 and 2' },
  },
  {
    name: 'two lengths beside chunks',
    bytes: `${ok}transfer-encoding: chunked\r\ncontent-length: 1\r\n${byLength}`,
    is: { ends: 'Content-Length twice, 1 and 2' },
  },
  {
    name: 'a NUL in a header',
    bytes: `${ok}x-a: a\0b\r\n${byLength}`,
    is: { ends: 'Invalid header value char' },
  },
  {
    name: 'a NUL in a header that is folded',
    bytes: `${ok}x-a: a\r\n \0b\r\n${byLength}`,
    is: { ends: 'Invalid header value char' },
  },
  {
    name: 'a version that there is not',
    bytes: `HTTP/9.9 200 OK\r\n${byLength}`,
    is: { ends: 'Invalid HTTP version' },
  },
  {
    name: 'a chunk without a line end behind it',
    bytes: `${chunked}2\r\nok0\r\n\r\n`,
    is: { ends: 'Expected CRLF after chunk data' },
  },
  {
    name: 'a chunk with LF alone behind it, which neither Go nor Python reads',
    bytes: `${chunked}2\r\nok\n0\r\n\r\n`,
    is: { ends: 'Expected CRLF after chunk data' },
  },
  {
    name: 'a chunk that is longer than it says',
    bytes: `${chunked}1\r\nok\r\n0\r\n\r\n`,
    is: { ends: 'Expected CRLF after chunk data' },
  },
  {
    name: 'a chunk size that is none',
    bytes: `${chunked}zz\r\nok\r\n`,
    is: { ends: 'Invalid character in chunk size' },
  },
  {
    name: 'a blank before a chunk size',
    bytes: `${chunked} 2\r\nok\r\n`,
    is: { ends: 'Invalid character in chunk size' },
  },
  {
    name: 'a header that begins with a blank and continues none',
    bytes: `${ok} x-a: 1\r\n${byLength}`,
    is: { ends: 'Unexpected space after start line' },
  },
  { name: 'a header without a colon', bytes: `${ok}what\r\n${byLength}`, is: { ends: 'Invalid header token' } },
  {
    name: 'lines that end with CR alone',
    bytes: `${ok}x-a: 1\rcontent-length: 2\r\n\r\nok`,
    is: { ends: 'Missing expected LF after header value' },
  },
];

describe('an answer with', () => {
  test.each(cases)('$name is read alike wherever it is split', ({ bytes, is }) => {
    const parser = new AnswerParser();
    const all = Buffer.from(bytes, 'latin1');
    const expected = { ...('ends' in is ? {} : { body: 'ok', ends: 'whole' }), ...is };
    const ways = [[all], Array.from(all, (byte) => Buffer.from([byte]))];
    for (let at = 1; at < all.length; at++) ways.push([all.subarray(0, at), all.subarray(at)]);
    for (const pieces of ways) expect(read(parser, pieces)).toMatchObject(expected);
    parser.close();
  });
});

const endless: readonly {
  readonly name: string;
  readonly first: string;
  readonly more: string;
  readonly is: string;
}[] = [
  { name: 'interim answers', first: '', more: 'HTTP/1.1 102 Processing\r\n\r\n', is: 'more than 100 interim answers' },
  {
    name: 'large interim answers',
    first: '',
    more: `HTTP/1.1 103 Early Hints\r\nlink: <${'a'.repeat(10_000)}>\r\n\r\n`,
    is: 'headers of more than 256 KiB in all',
  },
  { name: 'empty lines before the answer', first: '', more: '\r\n', is: 'headers of more than 256 KiB in all' },
  { name: 'headers', first: ok, more: 'x-more: 1\r\n', is: 'HPE_HEADER_OVERFLOW' },
  { name: 'one header', first: `${ok}x-more: `, more: 'a', is: 'headers of more than 64 KiB' },
  { name: 'a folded header', first: `${ok}x-more: 1`, more: '\r\n 2', is: 'headers of more than 64 KiB' },
  { name: 'headers that are left out', first: ok, more: 'x y: 1\r\n', is: 'headers of more than 256 KiB in all' },
  { name: 'trailers', first: `${chunked}0\r\n`, more: 'x-more: 1\r\n', is: 'HPE_HEADER_OVERFLOW' },
  { name: 'chunks of one byte', first: chunked, more: '1\r\nx\r\n', is: 'a body of 16645 bytes in 16645 chunks' },
  { name: 'zeros before a chunk size', first: chunked, more: '0', is: 'a chunk size of more than 16 KiB' },
  { name: 'an extension of a chunk', first: `${chunked}1;`, more: 'a', is: 'a chunk size of more than 16 KiB' },
];

describe('a peer that sends without end', () => {
  for (const size of [3, 65_536]) {
    test.each(endless)(`$name, ${size} bytes at a time, is stopped`, ({ first, more, is }) => {
      const parser = new AnswerParser();
      const all = Buffer.from(first + more.repeat(Math.ceil(300_000 / more.length)), 'latin1');
      const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
        all.subarray(i * size, (i + 1) * size),
      );
      expect(read(parser, pieces).ends).toBe(is);
      parser.close();
    });
  }
});

/** Reads pieces until a fault, or the end of the answer, or their end. */
function read(parser: AnswerParser, pieces: readonly Buffer[]): Reading {
  const oddities: string[] = [];
  const body: Buffer[] = [];
  let headers: readonly string[] = [];
  let isFinal = false;
  let isWhole = false;
  parser.begin({
    head: (head) => {
      headers = head.headers;
      isFinal = head.status >= 200;
      return false;
    },
    body: (chunk) => void body.push(chunk),
    end: () => {
      isWhole ||= isFinal;
    },
    oddity: (oddity) => void oddities.push(oddity),
  });
  let ends = 'unfinished';
  for (const piece of pieces) {
    const fault = parser.read(piece);
    if (isWhole) break;
    if (!fault) continue;
    ends = fault.code === 'HPE_HEADER_OVERFLOW' ? fault.code : fault.words;
    break;
  }
  if (isWhole) ends = 'whole';
  return { headers, body: Buffer.concat(body).toString('latin1'), oddities, ends };
}
