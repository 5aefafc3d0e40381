import { readFileSync } from 'node:fs';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { composeForTest, configOfEverything } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { fieldsOf, type Panel, panelsOf, readDashboards } from './testing/dashboards.ts';

const everything = configOfEverything();
const dashboards = readDashboards(generateDashboards(everything, composeForTest()));
const panels = panelsOf(dashboards);

/** What Grafana knows by name, and what is said to it. */
const knownUnits: readonly unknown[] = Object.values(units);
const isUnit = (unit: string) => knownUnits.includes(unit) || /^suffix: \w/.test(unit);

describe('every panel', () => {
  // dashboard-linter: panel-title-description-rule.
  test.for(panels)('$name says what it shows, and what to do when it looks wrong', ({ panel }) => {
    expect(panel.title).toMatch(/^[A-Z$]/);
    expect(panel.description).toMatch(/^[A-Z0-9].{60,}[.?]$/s);
  });

  // dashboard-linter: panel-units-rule.
  test.for(panels)('$name has a unit', ({ panel }) => {
    expect(panel.fieldConfig.defaults.unit).toBeTruthy();
    const all = fieldsOf(panel).flatMap(({ unit }) => (unit === undefined ? [] : [unit]));
    expect(all.filter((unit) => !isUnit(unit))).toEqual([]);
  });

  // dashboard-linter: panel-datasource-rule.
  test.for(panels)('$name names its data source by a variable', ({ panel }) => {
    const used = [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)];
    const allowed = { prometheus: '$prometheus_datasource', loki: '$loki_datasource' };
    for (const { type, uid } of used) expect(uid).toBe(allowed[type as keyof typeof allowed]);
  });

  // dashboard-linter: panel-no-targets-rule.
  test.for(panels)('$name asks at least one question, each with a letter of its own', ({ panel }) => {
    const letters = panel.targets.map(({ refId }) => refId);
    expect(letters.length).toBeGreaterThan(0);
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe.for(dashboards.map((dashboard) => ({ name: dashboard.uid, dashboard })))('$name', ({ dashboard }) => {
  test('has no panel beside the grid or on top of another', () => {
    const wrong = dashboard.panels.flatMap((one, index) => {
      const { x, w } = one.gridPos;
      const under = dashboard.panels.slice(index + 1).filter((other) => overlap(one.gridPos, other.gridPos));
      return [...(x < 0 || x + w > 24 ? [one.title] : []), ...under.map(({ title }) => `${one.title} and ${title}`)];
    });
    expect(wrong).toEqual([]);
  });

  test('has no two panels with one id', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(ids.filter((id, index) => !id || ids.indexOf(id) !== index)).toEqual([]);
  });
});

function overlap(a: Panel['gridPos'], b: Panel['gridPos']): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** People keep links to panels: an id stays with what it shows, and what is no longer there leaves its id behind. */
test('ids are those of testdata/panel-ids.txt', async () => {
  const list = dashboards
    .flatMap(({ uid, panels: all }) => all.map(({ id, title }) => ({ uid, id, title })))
    .sort((a, b) => a.uid.localeCompare(b.uid) || a.id - b.id)
    .map(({ uid, id, title }) => `${uid} ${id} ${title}\n`);
  await expect(list.join('')).toMatchFileSnapshot('testdata/panel-ids.txt');
});

test('no id is used again that a panel had before', () => {
  const retired = readFileSync(new URL('testdata/retired-panel-ids.txt', import.meta.url), 'utf8');
  const used = dashboards.flatMap(({ uid, panels: all }) => all.map(({ id }) => `${uid} ${id}`));
  const ids = retired.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '));
  expect(ids.filter((id) => used.includes(id))).toEqual([]);
});
