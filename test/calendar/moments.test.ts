import { expect, test } from 'vitest';
import { moments, offsetSeconds } from './moments.ts';

const monday = Date.UTC(2026, 10, 30, 12, 0, 0);

test.each([
  { name: 'a number of days', moment: { name: '', days: 8 }, seconds: 691_200 },
  {
    name: 'a local time in winter',
    moment: { name: '', at: '2026-11-30T13:00:01', timeZone: 'Europe/Berlin' },
    seconds: 1,
  },
  {
    name: 'the first of the two times',
    moment: { name: '', at: '2027-10-31T02:58:00', timeZone: 'Europe/Berlin' },
    seconds: 28_904_280,
  },
  { name: 'no time', moment: { name: '', timeZone: 'Pacific/Chatham' }, seconds: 0 },
])('$name is so many seconds away', ({ moment, seconds }) => {
  expect(offsetSeconds(moment, monday)).toBe(seconds);
});

test('every moment is named once', () => {
  expect(new Set(moments.map(({ name }) => name)).size).toBe(moments.length);
});
