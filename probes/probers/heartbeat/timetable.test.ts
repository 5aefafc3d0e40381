import { describe, expect, test } from 'vitest';
import { byCron, cronFault, gapsOf } from './timetable.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('byCron', () => {
  const cases: readonly {
    readonly name: string;
    readonly cron: string;
    readonly zone: string;
    readonly after: string;
    readonly due: readonly string[];
  }[] = [
    {
      name: 'a time of each working day, by the clock of the place',
      cron: '0 3 * * 1-5',
      zone: 'Europe/Berlin',
      after: '2026-11-26T12:00:00Z',
      due: ['2026-11-27T02:00:00.000Z', '2026-11-30T02:00:00.000Z', '2026-12-01T02:00:00.000Z'],
    },
    {
      name: '02:30 on the day that skips it is due when the clock has jumped, and the days beside it as ever',
      cron: '30 2 * * *',
      zone: 'Europe/Berlin',
      after: '2026-03-27T12:00:00Z',
      due: ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    },
    {
      name: 'the same in New York',
      cron: '30 2 * * *',
      zone: 'America/New_York',
      after: '2026-03-07T12:00:00Z',
      due: ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    },
    {
      name: '02:30 on the day that has it twice is due once, at the first',
      cron: '30 2 * * *',
      zone: 'Europe/Berlin',
      after: '2026-10-24T12:00:00Z',
      due: ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    },
    {
      name: 'each hour comes once more in autumn',
      cron: '30 * * * *',
      zone: 'Europe/Berlin',
      after: '2026-10-24T23:45:00Z',
      due: ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T02:30:00.000Z'],
    },
    {
      name: 'and once less in spring',
      cron: '30 * * * *',
      zone: 'Europe/Berlin',
      after: '2026-03-29T00:00:00Z',
      due: ['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z'],
    },
    {
      name: 'a clock that is set by half an hour',
      cron: '15 2 * * *',
      zone: 'Australia/Lord_Howe',
      after: '2026-10-03T00:00:00Z',
      due: ['2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
    },
    {
      name: 'a day of the month or one of the week, whichever comes, as cron has it',
      cron: '0 0 1 * 1',
      zone: 'UTC',
      after: '2026-10-30T00:00:00Z',
      due: ['2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z'],
    },
    {
      name: 'the 29th of February',
      cron: '0 0 29 2 *',
      zone: 'UTC',
      after: '2026-10-30T00:00:00Z',
      due: ['2028-02-29T00:00:00.000Z', '2032-02-29T00:00:00.000Z'],
    },
    {
      name: 'a success a little early is the one for that time: the clock of its host is behind',
      cron: '0 3 * * *',
      zone: 'UTC',
      after: '2026-10-30T02:56:00Z',
      due: ['2026-10-31T03:00:00.000Z'],
    },
    {
      name: 'one before that is not',
      cron: '0 3 * * *',
      zone: 'UTC',
      after: '2026-10-30T02:54:00Z',
      due: ['2026-10-30T03:00:00.000Z'],
    },
    {
      name: 'where it comes each minute, half a minute is early',
      cron: '* * * * *',
      zone: 'UTC',
      after: '2026-10-30T02:54:29Z',
      due: ['2026-10-30T02:55:00.000Z'],
    },
  ];
  test.each(cases)('$name', ({ cron, zone, after, due }) => {
    const timetable = byCron(cron, zone);
    let ms = Date.parse(after);
    const found = due.map(() => {
      ms = timetable.dueAfter(ms);
      return new Date(ms).toISOString();
    });
    expect(found).toEqual(due);
  });

  test('names a time by the clock of the place', () => {
    const { words, wordsFor } = byCron('30 2 * * *', 'Europe/Berlin');
    expect(words).toBe('a success for each time of cron 30 2 * * * Europe/Berlin');
    expect(wordsFor(Date.parse('2026-03-29T01:00:00Z'))).toBe(
      'a success for 2026-03-29 03:00 (cron 30 2 * * * Europe/Berlin)',
    );
  });
});

const expected = 'a cron schedule of five fields, such as "0 3 * * 1-5"';

test.each([
  { name: 'five fields', cron: '*/15 9-17 1,15 jan-mar mon', fault: undefined },
  { name: 'a name for them', cron: '@daily', fault: undefined },
  { name: 'Sunday as 7', cron: '0 0 * * 7', fault: undefined },
  { name: 'nothing', cron: '', fault: expected },
  { name: 'a word', cron: 'daily', fault: expected },
  { name: 'four fields', cron: '0 3 * *', fault: expected },
  { name: 'six fields, of which the first would be seconds', cron: '0 0 3 * * *', fault: expected },
  {
    name: 'a time zone before it',
    cron: 'CRON_TZ=UTC 0 3 * *',
    fault: `${expected} (configuration entry 1 (CRON_TZ=UTC) contains illegal characters)`,
  },
  { name: 'a start of the machine', cron: '@reboot', fault: expected },
  { name: 'a minute that there is not', cron: '61 3 * * *', fault: `${expected} (minute: 61)` },
  { name: 'a day that there is not', cron: '0 3 30 2 *', fault: `${expected}, that comes at some day` },
])('$name', ({ cron, fault }) => {
  expect(cronFault(cron)).toBe(fault);
});

test.each([
  { name: 'each minute', cron: '* * * * *', shortestMs: minuteMs, longestMs: minuteMs },
  { name: 'each day', cron: '0 3 * * *', shortestMs: dayMs, longestMs: dayMs },
  { name: 'on working days', cron: '0 3 * * 1-5', shortestMs: dayMs, longestMs: 3 * dayMs },
  {
    name: 'each five minutes of the working day',
    cron: '*/5 9-17 * * 1-5',
    shortestMs: 5 * minuteMs,
    longestMs: 2 * dayMs + 15 * hourMs + 5 * minuteMs,
  },
  { name: 'twice a day', cron: '0 1,23 * * *', shortestMs: 2 * hourMs, longestMs: 22 * hourMs },
  {
    name: 'in the evening and the night',
    cron: '* 0-9,22-23 * * *',
    shortestMs: minuteMs,
    longestMs: 12 * hourMs + minuteMs,
  },
  { name: 'each month', cron: '0 0 1 * *', shortestMs: 28 * dayMs, longestMs: 31 * dayMs },
  {
    name: 'each leap day, which 2100 has none of',
    cron: '0 0 29 2 *',
    shortestMs: 1_461 * dayMs,
    longestMs: 2_921 * dayMs,
  },
])('the gaps of $name', ({ cron, shortestMs, longestMs }) => {
  expect(gapsOf(cron)).toEqual({ shortestMs, longestMs });
});
