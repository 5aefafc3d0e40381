import { describe, expect, test } from 'vitest';
import { type WindowTime, weekdays } from '../../stack/maintenance.ts';
import { nextOccurrence } from './occurrence.ts';

const berlin = { at: '03:00', forMs: 1_800_000, days: weekdays, timeZone: 'Europe/Berlin' } as const;
const once = { fromMs: Date.parse('2026-11-24T22:00:00Z'), toMs: Date.parse('2026-11-24T23:00:00Z') };

const cases: readonly {
  readonly name: string;
  readonly when: WindowTime;
  readonly now: string;
  readonly from: string | undefined;
}[] = [
  { name: 'one to come', when: once, now: '2026-11-24T12:00:00Z', from: '2026-11-24T22:00:00.000Z' },
  { name: 'one under way', when: once, now: '2026-11-24T22:59:59Z', from: '2026-11-24T22:00:00.000Z' },
  { name: 'one that has just ended', when: once, now: '2026-11-24T23:00:00Z', from: undefined },
  { name: 'every day, before it', when: berlin, now: '2026-11-24T01:59:59Z', from: '2026-11-24T02:00:00.000Z' },
  { name: 'every day, in it', when: berlin, now: '2026-11-24T02:29:59Z', from: '2026-11-24T02:00:00.000Z' },
  { name: 'every day, at its end', when: berlin, now: '2026-11-24T02:30:00Z', from: '2026-11-25T02:00:00.000Z' },
  {
    name: 'one that began yesterday and lasts over midnight',
    when: { ...berlin, at: '23:30', forMs: 7_200_000 },
    now: '2026-11-24T00:00:00Z',
    from: '2026-11-23T22:30:00.000Z',
  },
  {
    name: 'a whole day, when its next has begun too',
    when: { ...berlin, forMs: 86_400_000 },
    now: '2026-11-24T02:00:00Z',
    from: '2026-11-24T02:00:00.000Z',
  },
  {
    name: 'one day of the week, the day after it',
    when: { ...berlin, days: ['mon'] },
    now: '2026-11-24T12:00:00Z',
    from: '2026-11-30T02:00:00.000Z',
  },
  {
    name: 'the day is that of the place, not of UTC',
    when: { at: '05:00', forMs: 60_000, days: ['wed'], timeZone: 'Pacific/Auckland' },
    now: '2026-11-24T00:00:00Z',
    from: '2026-11-24T16:00:00.000Z',
  },
  {
    name: 'a time that is skipped in spring is the one that follows',
    when: { ...berlin, at: '02:30' },
    now: '2026-03-29T00:00:00Z',
    from: '2026-03-29T01:30:00.000Z',
  },
  {
    name: 'a time that comes twice in autumn is the first',
    when: { ...berlin, at: '02:30' },
    now: '2026-10-25T00:00:00Z',
    from: '2026-10-25T00:30:00.000Z',
  },
];

describe('nextOccurrence', () => {
  test.each(cases)('$name', ({ when, now, from }) => {
    const span = nextOccurrence(when, Date.parse(now));
    expect(span && new Date(span.fromMs).toISOString()).toBe(from);
  });
});
