import { expect, test } from 'vitest';
import { jobDuration } from './job-duration.ts';

test.each([
  { name: 'seconds, as bash counts them', text: '754', is: 754_000 },
  { name: 'seconds with a fraction, as time says them', text: '12.53', is: 12_530 },
  { name: 'a comma, as in many a locale', text: '12,53', is: 12_530 },
  { name: 'a fraction with a unit', text: '12.5s', is: 12_500 },
  { name: 'half an hour', text: '0.5h', is: 1_800_000 },
  { name: 'milliseconds', text: '340 ms', is: 340 },
  { name: 'as in the configuration', text: '1h30m', is: 5_400_000 },
  { name: 'nothing', text: '', is: undefined },
  { name: 'a word', text: 'soon', is: undefined },
  { name: 'a time before it began', text: '-5', is: undefined },
  { name: 'a time of the day', text: '12:30', is: undefined },
  { name: 'a timestamp', text: '1790000000', is: undefined },
  { name: 'more digits than a number has', text: '9'.repeat(400), is: undefined },
])('$name', ({ text, is }) => {
  expect(jobDuration(text)).toBe(is);
});
