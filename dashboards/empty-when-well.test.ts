import { expect, test } from 'vitest';
import { composeForTest, configOfEverything } from '../test/support/generator-input.ts';
import { emptyWhenWell } from './empty-when-well.ts';
import { generateDashboards } from './index.ts';

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly { readonly id: number; readonly targets?: readonly { readonly refId: string }[] }[];
}

test('an exception is of a query that exists, and says why', () => {
  const dashboards = generateDashboards(configOfEverything(), composeForTest()).map(
    ({ content }) => JSON.parse(content) as Dashboard,
  );
  const queries = dashboards.flatMap(({ uid, panels }) =>
    panels.flatMap(({ id, targets = [] }) => targets.map(({ refId }) => `${uid}/${id}/${refId}`)),
  );
  expect(Object.keys(emptyWhenWell).filter((key) => !queries.includes(key))).toEqual([]);
  for (const reason of Object.values(emptyWhenWell)) expect(reason).toMatch(/^[A-Za-z].{20,}$/);
});
