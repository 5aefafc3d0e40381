import { expect, test } from 'vitest';
import { Log, type LogRecordOut } from '../export/log.ts';
import { OwnMetrics } from '../export/own-metrics.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { Maintenance } from './maintenance.ts';

test('the log store is told every 30 s who is in maintenance, from the first moment to the last', async () => {
  const clock = new ManualClock();
  const start = clock.now();
  const records: LogRecordOut[] = [];
  const sink = { emit: (record: LogRecordOut) => records.push(record), [Symbol.asyncDispose]: async () => {} };
  const log = new Log({ clock, write: () => {}, sink });
  using maintenance = new Maintenance({ clock, metrics: new OwnMetrics(), log, ask: () => {} });
  const when = (fromMs: number, toMs: number) => ({ fromMs: start + fromMs, toMs: start + toMs });
  const probes = ['shop', 'panel'].map((service) => sampleProbe({ service }));
  maintenance.configure(
    samplePlan({
      probes,
      maintenance: [
        { name: 'deploy', services: ['shop'], when: when(60_000, 130_000) },
        { name: 'reboot', services: ['panel'], when: when(100_000, 110_000) },
      ],
    }),
  );
  await clock.advance(300_000);
  const marks = records.filter(({ attributes }) => attributes.event === 'in_maintenance');
  expect(marks.map(({ at, attributes }) => [(at - start) / 1_000, attributes.maintenance_of])).toEqual([
    [60, 'shop'],
    [90, 'shop'],
    [100, 'shop'],
    [100, 'panel'],
    [110, 'shop'],
  ]);
});
