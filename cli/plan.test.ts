import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runWatchpost } from './testing/run-watchpost.ts';

describe.each(globSync(['watchpost.yaml', 'examples/*.yaml']))('plan of %s', (file) => {
  const name = basename(file, '.yaml');

  test(`reads as in testdata/plan/${name}.txt, in lines of 80 columns, without variables or a stack`, async () => {
    const { code, stdout, stderr } = await runWatchpost(['plan', '--config', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    await expect(stdout).toMatchFileSnapshot(`testdata/plan/${name}.txt`);
  });
});

test('--json holds every probe of the file, in milliseconds', async () => {
  const { stdout } = await runWatchpost(['plan', '--json', '--config', 'examples/three-locations.yaml']);
  const plan = JSON.parse(stdout) as { probes: readonly { service: string; probe: string; worstMs: number }[] };
  expect(plan.probes.map(({ service, probe, worstMs }) => [`${service}/${probe}`, worstMs])).toEqual([
    ['shop/front', 29_000],
    ['shop/names', 29_000],
    ['backup/nightly', 93_615_000],
    // From Friday to Monday, and the grace.
    ['backup/books', 262_815_000],
  ]);
});
