import type { Config } from '../config/model.ts';
import { formatDuration } from '../stack/duration.ts';
import { flow, noted, type YamlValue, yamlFile } from '../stack/generated-yaml.ts';
import { traceLogsUrl } from '../stack/links.ts';
import { dataSources, scrapeIntervalMs } from '../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';

/** Grafana's data sources, and the folder from which it takes the dashboards. */
export function generateGrafana(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  return [
    yamlFile('grafana/generated/provisioning/datasources/watchpost.yaml', 'What Grafana asks for data.', {
      apiVersion: 1,
      prune: noted('A data source that is no longer here is taken away.', true),
      datasources: dataSourceList(config, surroundings),
    }),
    yamlFile('grafana/generated/provisioning/dashboards/watchpost.yaml', 'Where Grafana finds its dashboards.', {
      apiVersion: 1,
      providers: [
        {
          name: 'watchpost',
          folder: 'Watchpost',
          type: 'file',
          disableDeletion: true,
          updateIntervalSeconds: 10,
          allowUiUpdates: noted('Save a copy to change one; these follow the configuration.', false),
          options: { path: surroundings.folder('dashboards'), foldersFromFilesStructure: false },
        },
      ],
    }),
    ...notUsed,
  ];
}

/** Grafana looks for these folders at every start, and calls it an error when one is not there. */
const notUsed: readonly GeneratedFile[] = [
  yamlFile('grafana/generated/provisioning/notifiers/watchpost.yaml', 'No notifiers, which went with version 10.', {
    apiVersion: 1,
    notifiers: flow([]),
  }),
  yamlFile('grafana/generated/provisioning/plugins/watchpost.yaml', 'No plugins.', { apiVersion: 1, apps: flow([]) }),
  yamlFile(
    'grafana/generated/provisioning/alerting/watchpost.yaml',
    "No alert rules: they are Prometheus's, and Alertmanager sends.",
    { apiVersion: 1, groups: flow([]) },
  ),
];

/** A line with a trace leads to all lines of that trace, whoever wrote them. `$$`: Grafana reads variables in this file. */
const traceField = {
  name: 'trace_id',
  matcherType: 'label',
  matcherRegex: 'trace_id',
  datasourceUid: dataSources.loki,
  urlDisplayLabel: 'All lines of this trace',
  url: '{service_name=~".+"} | trace_id="$${__value.raw}"',
} as const;

/** A point of a histogram that a traced run left leads to the lines of that run. */
function exemplarLinks({ urls, otlp }: Config, { has }: Surroundings) {
  if (!otlp || !has('loki')) return {};
  const url = traceLogsUrl(urls, '$${__value.raw}');
  return { exemplarTraceIdDestinations: [{ name: 'trace_id', url, urlDisplayLabel: 'Log lines of this run' }] };
}

function dataSourceList(config: Config, surroundings: Surroundings): readonly YamlValue[] {
  const { has, address } = surroundings;
  const reached = { access: 'proxy', orgId: 1, editable: false } as const;
  return [
    {
      name: 'Prometheus',
      uid: dataSources.prometheus,
      type: 'prometheus',
      url: `http://${address('prometheus')}`,
      isDefault: true,
      ...reached,
      jsonData: {
        httpMethod: 'POST',
        prometheusType: 'Prometheus',
        timeInterval: noted(
          'The scrape interval: `$__rate_interval` is made from it.',
          formatDuration(scrapeIntervalMs),
        ),
        ...(has('alertmanager') && { alertmanagerUid: dataSources.alertmanager }),
        ...exemplarLinks(config, surroundings),
      },
    },
    ...(has('loki')
      ? [
          {
            name: 'Loki',
            uid: dataSources.loki,
            type: 'loki',
            url: `http://${address('loki')}`,
            ...reached,
            jsonData: { maxLines: 1000, derivedFields: [traceField] },
          },
        ]
      : []),
    ...(has('alertmanager')
      ? [
          {
            name: 'Alertmanager',
            uid: dataSources.alertmanager,
            type: 'alertmanager',
            url: `http://${address('alertmanager')}`,
            ...reached,
            jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
          },
        ]
      : []),
  ];
}
