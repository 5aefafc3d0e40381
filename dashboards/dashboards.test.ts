import { parser as logql } from '@grafana/lezer-logql';
import type { Tree } from '@lezer/common';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { serviceKinds } from '../stack/kinds.ts';
import { dashboardUids, dataSources } from '../stack/parts.ts';
import { knownSeries } from '../stack/promql.ts';
import { composeForTest, configForTest, nativeForTest, serviceForTest } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly datasource: { readonly type: string; readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly targets: readonly Target[];
  readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly current?: { readonly value: string };
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

const probeForTest = {
  service: 'backup',
  name: 'nightly',
  options: {},
  everyMs: 5_000,
  timeoutMs: 2_000,
  confirm: 0,
  recover: 1,
  severity: 'critical',
  atOnePlace: true,
  awaitsMs: 86_400_000,
} as const;

/** One service of each kind, and a job that reports. */
const everything = configForTest({
  services: [
    ...serviceKinds.map((kind) =>
      serviceForTest({ name: `my-${kind}`, kind, ...(kind === 'host' && { units: ['cron.service'] }) }),
    ),
    serviceForTest({ name: 'backup', probes: [{ ...probeForTest, kind: 'heartbeat' }] }),
  ],
});

function read(surroundings = composeForTest()): readonly Dashboard[] {
  return generateDashboards(everything, surroundings).map(({ content }) => JSON.parse(content) as Dashboard);
}

const dashboards = read();
const panels = dashboards.flatMap(({ uid, panels: all }) =>
  all.filter(({ type }) => type !== 'row').map((panel) => ({ name: `${uid}: ${panel.title}`, panel })),
);
const targets = panels.flatMap(({ name, panel }) =>
  panel.targets.map((target) => ({ name: `${name} ${target.refId}`, panel, target })),
);
const promqlTargets = targets.filter(({ target }) => target.datasource.type === 'prometheus');

/** As Grafana fills them in before it asks. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '20s').replaceAll('$__range', '1d').replaceAll('$__auto', '1m');
}

function faults(tree: Tree, text: string): readonly string[] {
  const found: string[] = [];
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) found.push(text.slice(Math.max(0, node.from - 10), node.to + 10));
    },
  });
  return found;
}

function seriesIn(expr: string): readonly string[] {
  const names: string[] = [];
  promql.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'VectorSelector')
        names.push(/^[a-zA-Z_:]\w*/.exec(expr.slice(from, to))?.[0] ?? expr.slice(from, to));
    },
  });
  return names;
}

function isKnown(series: string): boolean {
  return knownSeries(series) !== undefined;
}

describe('generateDashboards', () => {
  test('makes each dashboard where there is something to show in it, for Grafana 12 and 13', () => {
    expect(dashboards.map(({ schemaVersion, editable }) => ({ schemaVersion, editable }))).toEqual(
      dashboards.map(() => ({ schemaVersion: 42, editable: false })),
    );
    const { overview, service, monitoring, host, postgres, redis, nginx, backups } = dashboardUids;
    expect(dashboards.map(({ uid }) => uid)).toEqual([
      ...[overview, service, monitoring, host, postgres, redis, nginx, backups],
    ]);
    expect(generateDashboards(configForTest(), composeForTest()).map(({ path }) => path)).toEqual([
      'dashboards/generated/watchpost-overview.json',
      'dashboards/generated/watchpost-service.json',
      'dashboards/generated/watchpost-monitoring.json',
    ]);
  });

  test('the dashboard of a service takes the service and the probe from the link', () => {
    const names = dashboards.find(({ uid }) => uid === dashboardUids.service)?.templating.list.map(({ name }) => name);
    expect(names).toEqual(['prometheus_datasource', 'runbooks', 'loki_datasource', 'service', 'probe']);
  });

  test('without Loki there is nothing about logs', () => {
    const [, service] = read(nativeForTest(['loki']));
    expect(service?.templating.list.map(({ name }) => name)).toEqual([
      'prometheus_datasource',
      'runbooks',
      'service',
      'probe',
    ]);
    expect(JSON.stringify(service)).not.toMatch(/loki/);
  });

  test('data sources are variables that begin with the ones of this stack', () => {
    const variables = dashboards.flatMap(({ templating }) =>
      templating.list.filter(({ type }) => type === 'datasource'),
    );
    expect(variables.map(({ query, current }) => [query, current?.value])).toEqual(
      dashboards.flatMap(() => [
        ['prometheus', dataSources.prometheus],
        ['loki', dataSources.loki],
      ]),
    );
  });
});

describe.for(dashboards.map((dashboard) => ({ name: dashboard.uid, dashboard })))('$name', ({ dashboard }) => {
  test('has no two panels with one id', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(ids.filter((id, index) => !id || ids.indexOf(id) !== index)).toEqual([]);
  });

  test('has no panel beside the grid or on top of another', () => {
    const wrong = dashboard.panels.flatMap((one, index) => {
      const { x, w } = one.gridPos;
      const under = dashboard.panels.slice(index + 1).filter((other) => overlap(one.gridPos, other.gridPos));
      return [...(x < 0 || x + w > 24 ? [one.title] : []), ...under.map(({ title }) => `${one.title} and ${title}`)];
    });
    expect(wrong).toEqual([]);
  });
});

function overlap(a: Panel['gridPos'], b: Panel['gridPos']): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('every panel', () => {
  test.for(panels)('$name has a unit, and says what it shows and what to do', ({ panel }) => {
    expect(panel.fieldConfig.defaults.unit).toBeTruthy();
    expect(panel.description).toMatch(/^[A-Z0-9].{30,}[.?]$/s);
    expect(panel.title).toMatch(/^[A-Z]/);
  });

  test.for(panels)('$name names its data source by a variable', ({ panel }) => {
    const used = [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)];
    const allowed = { prometheus: '$prometheus_datasource', loki: '$loki_datasource' };
    for (const { type, uid } of used) expect(uid).toBe(allowed[type as keyof typeof allowed]);
  });

  test.for(panels)('$name asks at least one question, each with a letter of its own', ({ panel }) => {
    const letters = panel.targets.map(({ refId }) => refId);
    expect(letters.length).toBeGreaterThan(0);
    expect(new Set(letters).size).toBe(letters.length);
  });
});

describe('every query', () => {
  test.for(promqlTargets)('$name is PromQL', ({ target }) => {
    const text = filledIn(target.expr);
    expect(faults(promql.parse(text), text)).toEqual([]);
  });

  test.for(promqlTargets)('$name asks only for series that exist', ({ target }) => {
    const names = seriesIn(filledIn(target.expr));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  test.for(promqlTargets)('$name takes its window from the dashboard', ({ target }) => {
    const windows = [...target.expr.matchAll(/(\w+)\((?:[^()[\]]*)\[([^\]]+)\]/g)].map((found) => ({
      how: found[1],
      window: found[2],
      from: found.index + found[0].length - 1,
    }));
    // How long a state is held when nothing is heard: the same hour as in the rules.
    const own = windows.filter(
      ({ how, window, from }) =>
        !(how === 'last_over_time' && window === '1h') &&
        // The greatest over the whole time range, and as HostDiskFilling computes it.
        !(window === '$__range' && target.expr.startsWith('] @ end()', from)) &&
        !(how === 'predict_linear' && window === '6h'),
    );
    expect(own.filter(({ window }) => window !== (target.instant ? '$__range' : '$__rate_interval'))).toEqual([]);
  });

  test.for(targets.filter(({ target }) => target.datasource.type === 'loki'))('$name is LogQL', ({ target }) => {
    expect(faults(logql.parse(filledIn(target.expr)), filledIn(target.expr))).toEqual([]);
  });

  test('what variables offer comes from series that exist', () => {
    const asked = dashboards.flatMap(({ templating }) =>
      templating.list.flatMap(({ query }) => (typeof query === 'object' ? [query.query] : [])),
    );
    const names = asked.map((query) => /^label_values\((\w+)[{,]/.exec(query)?.[1] ?? query);
    expect(new Set(names)).toEqual(new Set(['watchpost_probe_info', 'up']));
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });
});
