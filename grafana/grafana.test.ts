import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { composeForTest, configForTest, nativeForTest } from '../test/support/generator-input.ts';
import { generateGrafana } from './index.ts';

const folder = 'grafana/generated/provisioning';

interface Links {
  readonly exemplarTraceIdDestinations?: readonly { readonly url: string }[];
}

function read(path: string, surroundings = composeForTest()): unknown {
  return load(generateGrafana(configForTest(), surroundings).find((file) => file.path === path)?.content ?? '');
}

describe('generateGrafana', () => {
  test('names the three data sources by the uids that links use', () => {
    expect(read(`${folder}/datasources/watchpost.yaml`)).toEqual({
      apiVersion: 1,
      prune: true,
      datasources: [
        {
          name: 'Prometheus',
          uid: 'prometheus',
          type: 'prometheus',
          url: 'http://prometheus:9090',
          isDefault: true,
          access: 'proxy',
          orgId: 1,
          editable: false,
          jsonData: {
            httpMethod: 'POST',
            prometheusType: 'Prometheus',
            timeInterval: '5s',
            alertmanagerUid: 'alertmanager',
          },
        },
        {
          name: 'Loki',
          uid: 'loki',
          type: 'loki',
          url: 'http://loki:3100',
          access: 'proxy',
          orgId: 1,
          editable: false,
          jsonData: {
            maxLines: 1000,
            derivedFields: [
              {
                name: 'trace_id',
                matcherType: 'label',
                matcherRegex: 'trace_id',
                datasourceUid: 'loki',
                urlDisplayLabel: 'All lines of this trace',
                url: '{service_name=~".+"} | trace_id="$${__value.raw}"',
              },
            ],
          },
        },
        {
          name: 'Alertmanager',
          uid: 'alertmanager',
          type: 'alertmanager',
          url: 'http://alertmanager:9093',
          access: 'proxy',
          orgId: 1,
          editable: false,
          jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
        },
      ],
    });
  });

  test('leads from a point of a traced run to its log lines, where runs are traced', () => {
    const traced = configForTest({ otlp: { traces: 'http://collector:4318', sample: 1 } });
    const [file] = generateGrafana(traced, composeForTest());
    const { datasources } = load(file?.content ?? '') as { datasources: readonly { jsonData: Links }[] };
    const [link] = datasources[0]?.jsonData.exemplarTraceIdDestinations ?? [];
    expect(link).toMatchObject({ name: 'trace_id', urlDisplayLabel: 'Log lines of this run' });
    // As Grafana has it once it has read the file, with a trace put in.
    const url = new URL(String(link?.url).replace('$${__value.raw}', 'abc'));
    expect(JSON.parse(url.searchParams.get('panes') ?? '').a.queries[0].expr).toBe(
      '{service_name=~".+"} | trace_id="abc"',
    );
  });

  test('takes dashboards from the folder that is mounted', () => {
    expect(read(`${folder}/dashboards/watchpost.yaml`)).toMatchObject({
      providers: [{ type: 'file', options: { path: '/etc/watchpost/dashboards' } }],
    });
  });

  test('names no data source that does not run', () => {
    const { datasources } = read(`${folder}/datasources/watchpost.yaml`, nativeForTest(['loki', 'alertmanager'])) as {
      datasources: readonly { uid: string; url: string; jsonData: object }[];
    };
    expect(datasources.map(({ uid, url, jsonData }) => ({ uid, url, jsonData }))).toEqual([
      {
        uid: 'prometheus',
        url: 'http://127.0.0.1:9090',
        jsonData: { httpMethod: 'POST', prometheusType: 'Prometheus', timeInterval: '5s' },
      },
    ]);
  });
});
