import { expect, test } from 'vitest';
import { channelsFor } from './channels.ts';

const cases = [
  {
    name: 'critical goes to all',
    severity: 'critical',
    has: { slack: 's', email: 'e' },
    to: { slack: 's', email: 'e' },
  },
  { name: 'a warning goes to Slack only', severity: 'warning', has: { slack: 's', email: 'e' }, to: { slack: 's' } },
  {
    name: 'a warning goes to e-mail where there is no Slack',
    severity: 'warning',
    has: { email: 'e' },
    to: { email: 'e' },
  },
  {
    name: 'an unknown severity counts as a warning',
    severity: '',
    has: { slack: 's', email: 'e' },
    to: { slack: 's' },
  },
  { name: 'critical goes to the only channel', severity: 'critical', has: { slack: 's' }, to: { slack: 's' } },
  { name: 'without channels nobody hears', severity: 'critical', has: {}, to: {} },
];

test.each(cases)('$name', ({ severity, has, to }) => {
  expect(channelsFor<string, string>(severity, has)).toEqual(to);
});
