import { describe, expect, test } from 'vitest';
import { http2Frame } from '../testing/hostile/pieces.ts';
import { FrameCounter } from './http2-frames.ts';

/** What a counter says of these bytes when they come in pieces of this size. */
function counted(bytes: Buffer, size: number): string | undefined {
  const counter = new FrameCounter();
  for (let at = 0; at < bytes.length; at += size) {
    const found = counter.read(bytes.subarray(at, at + size));
    if (found !== undefined) return found;
  }
  return undefined;
}

const times = (count: number, frame: Buffer) => Buffer.concat(Array.from({ length: count }, () => frame));
const full = http2Frame(0, 0, 1, Buffer.alloc(16_384));

const cases = [
  { name: 'a body of 4 MiB in full frames', bytes: times(256, full), is: undefined },
  { name: 'a body of 16,384 bytes in as many frames', bytes: times(16_384, http2Frame(0, 0, 1, 'x')), is: undefined },
  {
    name: 'one more',
    bytes: times(16_385, http2Frame(0, 0, 1, 'x')),
    is: 'a body in more than 16384 DATA frames',
  },
  {
    name: 'pings that look like heads of frames',
    bytes: times(256, http2Frame(6, 0, 0, '\0'.repeat(8))),
    is: undefined,
  },
  {
    name: 'one ping more',
    bytes: times(257, http2Frame(6, 0, 0, '\0'.repeat(8))),
    is: 'more than 256 frames that are no part of an answer',
  },
  {
    name: 'headers that go on',
    bytes: Buffer.concat([http2Frame(1, 0, 1), times(64, http2Frame(9, 0, 1))]),
    is: 'more than 64 frames of headers',
  },
];

describe.each([1, 7, 10_000])('frames in pieces of %i bytes', (size) => {
  test.each(cases)('$name: $is', ({ bytes, is }) => expect(counted(bytes, size)).toBe(is));
});
