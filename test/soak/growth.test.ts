import { expect, test } from 'vitest';
import { growths, type Held } from './growth.ts';

const held: Held = { heap: 50_000_000, descriptors: 60, timers: 300, handles: 200, series: 5_000 };
const samplesOf = (at: (i: number) => Partial<Held>) => Array.from({ length: 40 }, (_, i) => ({ ...held, ...at(i) }));

test.each([
  {
    name: 'nothing that goes up and down',
    at: (i: number) => ({ heap: 50_000_000 + (i % 5) * 400_000, timers: 290 + (i % 9) }),
    grown: [],
  },
  {
    name: 'nothing that was only warming up',
    at: (i: number) => ({ heap: i < 10 ? 30_000_000 : 50_000_000, series: i < 8 ? 100 : 5_000 }),
    grown: [],
  },
  {
    name: 'a heap that gains a little with each sample',
    at: (i: number) => ({ heap: 50_000_000 + i * 300_000 }),
    grown: ['heap'],
  },
  {
    name: 'a socket that is left behind now and then',
    at: (i: number) => ({ descriptors: 60 + 2 * i, handles: 200 + 4 * i }),
    grown: ['descriptors', 'handles'],
  },
  { name: 'a timer for each run', at: (i: number) => ({ timers: 300 + 8 * i }), grown: ['timers'] },
  { name: 'a series that stays', at: (i: number) => ({ series: i < 25 ? 5_000 : 5_001 }), grown: ['series'] },
])('growth is found in $name', ({ at, grown }) => {
  expect(growths(samplesOf(at)).map(({ kind }) => kind)).toEqual(grown);
});

test('a few samples tell nothing', () => {
  expect(() => growths(samplesOf(() => ({})).slice(0, 7))).toThrow('7 samples are too few to tell growth from chance');
});
