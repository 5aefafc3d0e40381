import { describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { otlpOutage } from '../support/otlp-outage.ts';

const lacking = missing(['loki']);

describe.skipIf(lacking)(`Loki is away for a minute${lacking ? ` (${lacking})` : ''}`, () => {
  test('of ten thousand log records of the probe service none is missing and none doubled, though it is killed as well', {
    timeout: 300_000,
  }, async ({ annotate }) => {
    const { missing: lost, doubled, counted, ...seen } = await otlpOutage(45_000);
    await annotate(
      `${seen.waited} waited, killed with ${seen.killedWith.join(', ')} of them left, all sent after ${(seen.caughtUpMs / 1_000).toFixed(1)} s`,
    );
    expect({ lost, doubled, counted }).toEqual({ lost: [], doubled: [], counted: 10_000 });
    expect(seen.waited).toBeGreaterThan(7_000);
    expect(seen.killedWith.length).toBeGreaterThan(0);
  });
});
