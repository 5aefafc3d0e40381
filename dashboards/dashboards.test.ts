import { describe, expect, test } from 'vitest';
import { dashboardUids, dataSources } from '../stack/parts.ts';
import {
  composeForTest,
  configForTest,
  configOfEverything,
  nativeForTest,
  serviceForTest,
} from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { readDashboards } from './testing/dashboards.ts';

const everything = configOfEverything();

function read(config = everything, surroundings = composeForTest()) {
  return readDashboards(generateDashboards(config, surroundings));
}

const dashboards = read();

describe('generateDashboards', () => {
  test('makes these, for Grafana 12 and 13, which nobody edits by hand', () => {
    expect(generateDashboards(configForTest(), composeForTest()).map(({ path }) => path)).toEqual([
      'dashboards/generated/watchpost-overview.json',
      'dashboards/generated/watchpost-service.json',
      'dashboards/generated/watchpost-slo.json',
      'dashboards/generated/watchpost-logs.json',
      'dashboards/generated/watchpost-monitoring.json',
    ]);
    expect(dashboards.map(({ uid }) => uid)).toEqual(Object.values(dashboardUids));
    for (const { uid, schemaVersion, editable } of dashboards) {
      expect({ uid, schemaVersion, editable }).toEqual({ uid, schemaVersion: 42, editable: false });
    }
  });

  test('gives each a title of its own: Grafana takes only one of two in a folder', () => {
    const titles = dashboards.map(({ title }) => title);
    expect(titles).toEqual([...new Set(titles)]);
  });

  test('is the same for one service and for many: a service that is added appears by itself', () => {
    const many = Array.from({ length: 50 }, (_, index) => serviceForTest({ name: `service-${index}` }));
    expect(generateDashboards(configForTest({ services: many }), composeForTest())).toEqual(
      generateDashboards(configForTest(), composeForTest()),
    );
  });

  test('the dashboard of a service takes the service and the probe from the link of a page', () => {
    const service = dashboards.find(({ uid }) => uid === dashboardUids.service);
    expect(service?.templating.list.map(({ name }) => name)).toEqual([
      'prometheus_datasource',
      'runbooks',
      'loki_datasource',
      'service',
      'probe',
      'compare',
    ]);
  });

  test('where runs are traced, the durations of a service show which, and nowhere else', () => {
    const asked = (config = everything) =>
      read(config).flatMap(({ panels }) =>
        panels.filter((panel) => JSON.stringify(panel).includes('"exemplar":true')).map(({ title }) => title),
      );
    expect(asked({ ...everything, otlp: { traces: 'http://collector:4318', sample: 1 } })).toEqual([
      'Duration, all probes of the service',
    ]);
    expect(asked()).toEqual([]);
  });

  test('without Loki there is nothing about logs', () => {
    const without = read(everything, nativeForTest(['loki']));
    expect(without.map(({ uid }) => uid)).not.toContain(dashboardUids.logs);
    const asksLoki = without.filter((dashboard) => JSON.stringify(dashboard).includes('loki_datasource'));
    expect(asksLoki.map(({ uid }) => uid)).toEqual([]);
    const leadsThere = without.filter((dashboard) => JSON.stringify(dashboard).includes(`/d/${dashboardUids.logs}`));
    expect(leadsThere.map(({ uid }) => uid)).toEqual([]);
  });
});

describe.for(dashboards.map((dashboard) => ({ name: dashboard.uid, dashboard })))('$name', ({ dashboard }) => {
  test('leads to the others by a menu that keeps the time', () => {
    expect(dashboard.tags).toEqual(['watchpost']);
    expect(dashboard.links).toMatchObject([
      { type: 'dashboards', tags: ['watchpost'], asDropdown: true, keepTime: true, includeVars: true },
    ]);
  });

  test('is marked with critical alerts and deploys, from Prometheus and Loki', () => {
    expect(dashboard.annotations.list.map(({ name, datasource }) => [name, datasource.type])).toEqual([
      ['Critical alerts', 'prometheus'],
      ['Deploys', 'loki'],
    ]);
  });

  test('has the runbooks where the probe service serves them', () => {
    const runbooks = dashboard.templating.list.find(({ name }) => name === 'runbooks');
    expect(runbooks).toMatchObject({ type: 'constant', query: 'http://127.0.0.1:9815/runbooks' });
  });

  // dashboard-linter: template-datasource-rule.
  test('names its data sources by variables that begin with those of this stack', () => {
    const variables = dashboard.templating.list.filter(({ type }) => type === 'datasource');
    expect(variables.map(({ name, label, query, current }) => ({ name, label, query, value: current?.value }))).toEqual(
      [
        {
          name: 'prometheus_datasource',
          label: 'Prometheus data source',
          query: 'prometheus',
          value: dataSources.prometheus,
        },
        { name: 'loki_datasource', label: 'Loki data source', query: 'loki', value: dataSources.loki },
      ],
    );
  });

  // dashboard-linter: template-on-time-change-reload-rule.
  test('asks for the values of its variables again when the time changes', () => {
    const asked = dashboard.templating.list.filter(({ type }) => type === 'query');
    expect(asked.filter(({ refresh }) => refresh !== 2)).toEqual([]);
  });
});
