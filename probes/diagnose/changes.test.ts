import { describe, expect, test } from 'vitest';
import type { Outcome } from '../model.ts';
import { failed, passed } from '../state/sample-probe.ts';
import { changesSince, goodRun } from './changes.ts';

function good(traits: Outcome['traits'], phases: Readonly<Record<string, number>>): Outcome {
  const samples = Object.entries(phases).map(([phase, ms]) => ({
    metric: 'probe_http_duration_seconds' as const,
    value: ms / 1_000,
    labels: { phase },
  }));
  return passed({ samples, ...(traits && { traits }) });
}

describe('what is kept of good runs', () => {
  const first = good({ version: '1.4.2', size: '18 characters' }, { connect: 2, processing: 20 });
  const cases: readonly { readonly name: string; readonly second: Outcome; readonly isAnew: boolean }[] = [
    {
      name: 'one like the one before, with other times',
      second: good({ version: '1.4.2', size: '18 characters' }, { connect: 3, processing: 200 }),
      isAnew: false,
    },
    {
      name: 'another version',
      second: good({ version: '1.4.3', size: '18 characters' }, { connect: 2, processing: 20 }),
      isAnew: true,
    },
    { name: 'a trait less', second: good({ version: '1.4.2' }, { connect: 2, processing: 20 }), isAnew: true },
    {
      name: 'a trait more',
      second: good({ version: '1.4.2', size: '18 characters', server: 'nginx' }, { connect: 2, processing: 20 }),
      isAnew: true,
    },
    { name: 'no traits at all', second: good(undefined, { connect: 2, processing: 20 }), isAnew: true },
    {
      name: 'a phase more',
      second: good({ version: '1.4.2', size: '18 characters' }, { connect: 2, tls: 5, processing: 20 }),
      isAnew: true,
    },
    { name: 'a phase less', second: good({ version: '1.4.2', size: '18 characters' }, { connect: 2 }), isAnew: true },
  ];
  test.each(cases)('is the last of them: $name', ({ second, isAnew }) => {
    const before = goodRun(undefined, first, 1_000);
    const after = goodRun(before, second, 2_000);
    expect(after).toEqual(goodRun(undefined, second, 2_000));
    expect(after === before).toBe(!isAnew);
  });

  test('a bad run is compared with the last one, not with the first', () => {
    const before = goodRun(undefined, first, 1_000);
    const after = goodRun(before, good(first.traits, { connect: 2, processing: 400 }), 2_000);
    const bad = failed('slow', { samples: good({}, { connect: 90, processing: 480 }).samples });
    expect(changesSince(after, bad)).toEqual(['connect 2 ms → 90 ms']);
  });
});
