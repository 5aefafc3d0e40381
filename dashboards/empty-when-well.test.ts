import { expect, test } from 'vitest';
import { serviceKinds } from '../stack/kinds.ts';
import { composeForTest, configForTest, serviceForTest } from '../test/support/generator-input.ts';
import { emptyWhenWell } from './empty-when-well.ts';
import { generateDashboards } from './index.ts';

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly { readonly id: number; readonly targets?: readonly { readonly refId: string }[] }[];
}

const heartbeat = { name: 'nightly', kind: 'heartbeat', everyMs: 5_000, timeoutMs: 2_000, confirm: 0, recover: 1 };
const probe = { ...heartbeat, service: 'backup', options: {}, severity: 'critical', atOnePlace: true, awaitsMs: 0 };
const everything = configForTest({
  services: [
    ...serviceKinds.map((kind) =>
      serviceForTest({ name: `my-${kind}`, kind, ...(kind === 'host' && { units: ['cron.service'] }) }),
    ),
    serviceForTest({ name: 'backup', probes: [{ ...probe, severity: 'critical' }] }),
  ],
});

test('an exception is of a query that exists, and says why', () => {
  const dashboards = generateDashboards(everything, composeForTest()).map(
    ({ content }) => JSON.parse(content) as Dashboard,
  );
  const queries = dashboards.flatMap(({ uid, panels }) =>
    panels.flatMap(({ id, targets = [] }) => targets.map(({ refId }) => `${uid}/${id}/${refId}`)),
  );
  expect(Object.keys(emptyWhenWell).filter((key) => !queries.includes(key))).toEqual([]);
  for (const reason of Object.values(emptyWhenWell)) expect(reason).toMatch(/^[a-z].{10,}$/);
});
