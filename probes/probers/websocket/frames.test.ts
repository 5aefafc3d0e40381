import { describe, expect, test } from 'vitest';
import { webSocketFrame } from '../../testing/hostile/pieces.ts';
import { FrameCounter, mostFrames } from './frames.ts';

/** How many frames a counter found, of bytes that come in pieces of this size: what fills it up says how many were there before. */
function framesIn(bytes: Buffer, size: number): number {
  const counter = new FrameCounter();
  for (let at = 0; at < bytes.length; at += size) counter.read(bytes.subarray(at, at + size));
  let more = 0;
  while (counter.read(webSocketFrame(1, true))) more++;
  return mostFrames - more;
}

const masked = Buffer.concat([Buffer.from([0x81, 0x83, 1, 2, 3, 4]), Buffer.from('abc')]);
const ofTwoBytes = Buffer.concat([Buffer.from([0x82, 126, 0x04, 0]), Buffer.alloc(1_024, 0x81)]);
const ofEightBytes = Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Buffer.alloc(65_536, 0x81)]);

const cases = [
  { name: 'a message', bytes: webSocketFrame(1, true, 'ready'), is: 1 },
  { name: 'fragments', bytes: Buffer.concat([webSocketFrame(1, false, 'rea'), webSocketFrame(0, true, 'dy')]), is: 2 },
  { name: 'frames without a byte', bytes: Buffer.from([0x89, 0, 0x8a, 0, 0x88, 0]), is: 3 },
  { name: 'a mask, which a server must not have', bytes: Buffer.concat([masked, masked]), is: 2 },
  { name: 'a length in two bytes', bytes: Buffer.concat([ofTwoBytes, ofTwoBytes, ofTwoBytes]), is: 3 },
  { name: 'a length in eight bytes', bytes: Buffer.concat([ofEightBytes, ofEightBytes]), is: 2 },
];

describe.each([1, 3, 100_000])('frames in pieces of %i bytes', (size) => {
  test.each(cases)('$name: $is', ({ bytes, is }) => expect(framesIn(bytes, size)).toBe(is));
});
