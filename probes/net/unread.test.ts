import { expect, test } from 'vitest';
import { Unread } from './unread.ts';

test('what has come is there in order, whole or in parts', () => {
  const unread = new Unread();
  unread.append(Buffer.from('one '));
  unread.append(Buffer.from('two '));
  unread.drop(4);
  unread.append(Buffer.from('three'));
  expect([unread.length, unread.view.toString()]).toEqual([9, 'two three']);
});

test('what was handed out stays as it was, whatever comes', () => {
  const unread = new Unread();
  const packet = Buffer.from('first|second');
  unread.append(packet.subarray(0, 6));
  const [first, begin] = [unread.view, packet.toString()];
  unread.append(Buffer.from('more'));
  unread.drop(6);
  for (let i = 0; i < 100; i++) unread.append(Buffer.from('and more '));
  expect([first.toString(), packet.toString()]).toEqual(['first|', begin]);
});

test('a megabyte in packets of a byte is moved twenty times, not a million times', () => {
  const unread = new Unread();
  const buffers = new Set<ArrayBufferLike>();
  for (let i = 0; i < 1_048_576; i++) {
    unread.append(Buffer.from([i & 0xff]));
    if (unread.length > 4_096) buffers.add(unread.view.buffer);
  }
  expect(unread.length).toBe(1_048_576);
  expect(buffers.size).toBeLessThan(20);
});
