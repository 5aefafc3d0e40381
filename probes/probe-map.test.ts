import { expect, test } from 'vitest';
import { ProbeMap } from './probe-map.ts';

test('names that would be one when joined are two keys', () => {
  const map = new ProbeMap<string>();
  map.set({ service: 'a', probe: 'b/c' }, 'first');
  map.set({ service: 'a/b', probe: 'c' }, 'second');
  expect(map.get({ service: 'a', probe: 'b/c' })).toBe('first');
  expect(map.get({ service: 'a/b', probe: 'c' })).toBe('second');
});

test('what is deleted is gone, and the rest of its service stays', () => {
  const map = new ProbeMap<number>();
  map.set({ service: 'a', probe: 'x' }, 1);
  map.set({ service: 'a', probe: 'y' }, 2);
  map.set({ service: 'b', probe: 'x' }, 3);
  expect(map.delete({ service: 'a', probe: 'x' })).toBe(true);
  expect(map.delete({ service: 'a', probe: 'x' })).toBe(false);
  expect(map.ofService('a')).toEqual([2]);
  expect(map.values()).toEqual([2, 3]);
  map.set({ service: 'b', probe: 'x' }, 4);
  expect(map.size).toBe(2);
});
