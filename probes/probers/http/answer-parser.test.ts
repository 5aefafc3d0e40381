import { expect, test } from 'vitest';
import { type AnswerHead, AnswerParser, AnswerParsers } from './answer-parser.ts';
import type { Oddity } from './framing.ts';

/** What was read of an answer, in order. */
function reading() {
  const seen: unknown[] = [];
  return {
    seen,
    reader: {
      head: ({ status, version, headers }: AnswerHead) => {
        seen.push({ status, version, headers });
        return false;
      },
      body: (chunk: Buffer) => void seen.push(chunk.toString()),
      end: () => void seen.push('end'),
      oddity: (oddity: Oddity) => void seen.push({ oddity }),
    },
  };
}

test('a parser that broke off in the middle of an answer reads the next one as if nothing had been', () => {
  const parser = new AnswerParser();
  const broken = reading();
  parser.begin(broken.reader);
  expect(parser.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'))).toBeUndefined();
  const next = reading();
  parser.begin(next.reader);
  expect(parser.read(Buffer.from('HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno'))).toBeUndefined();
  expect(next.seen).toEqual([{ status: 404, version: '1.0', headers: ['Content-Length', '2'] }, 'no', 'end']);
  expect(broken.seen).not.toContain('end');
});

test('a fault has the code and the words of llhttp', () => {
  const parser = new AnswerParser();
  parser.begin(reading().reader);
  expect(parser.read(Buffer.from('220 mail.example.org'))).toEqual({
    code: 'HPE_INVALID_CONSTANT',
    words: 'Expected HTTP/, RTSP/ or ICE/',
  });
  parser.begin(reading().reader);
  parser.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-le'));
  expect(parser.finish()?.code).toBe('HPE_INVALID_EOF_STATE');
});

test('a parser that was given back is used again, and those that are too many are closed', () => {
  const parsers = new AnswerParsers();
  const taken = Array.from({ length: 300 }, () => parsers.take());
  for (const parser of taken) parsers.giveBack(parser);
  const again = Array.from({ length: 256 }, () => parsers.take());
  expect(again.filter((parser) => !taken.includes(parser))).toEqual([]);
  expect(taken).not.toContain(parsers.take());
});
