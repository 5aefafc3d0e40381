import type { LogSource, SyslogConfig } from '../config/model.ts';
import { globInContainer } from '../stack/host-files.ts';
import { composeProject, dockerProxy, type Part, syslogPort } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { levelOfSource } from './alloy-lines.ts';
import { type AlloyBlock, type AlloyValue, block, expression } from './alloy-syntax.ts';

/** A service that has logs. */
export interface ServiceLogs {
  readonly service: string;
  readonly logs: LogSource;
}

/** The stack's own containers whose output is worth keeping. Those that carry the logs would speak of themselves. */
const ownContainers = [
  'prometheus',
  'alertmanager',
  'grafana',
  'node-exporter',
  'demo',
] as const satisfies readonly Part[];

/** Every source gives the labels `service_name` and `source`; what else it knows of a line becomes its metadata. */
const toLines = [expression('loki.process.lines.receiver')];

const docker = `tcp://${dockerProxy.name}:${dockerProxy.port}`;
const composeService = '__meta_docker_container_label_com_docker_compose_service';

/** Containers by their name, or by the name that their Compose file gives them. */
export function containerSource(all: readonly ServiceLogs[]): readonly AlloyBlock[] {
  const named = all.flatMap(({ service, logs }) =>
    logs.kind === 'container' ? [{ service, container: escapeRegex(logs.container) }] : [],
  );
  const name = (labels: readonly string[], regex: string, replacement: string) =>
    block('rule', [], { source_labels: labels, separator: '/', regex, target_label: 'service_name', replacement });
  return [
    block('discovery.docker', ['containers'], { host: docker, refresh_interval: '2s' }),
    block('discovery.relabel', ['containers'], { targets: expression('discovery.docker.containers.targets') }, [
      name(
        ['__meta_docker_container_label_com_docker_compose_project', composeService],
        `${composeProject}/(${ownContainers.join('|')})`,
        '$1',
      ),
      ...named.flatMap(({ service, container }) => [
        name([composeService], container, service),
        name(['__meta_docker_container_name'], `/${container}`, service),
      ]),
      keep('service_name'),
      metadata('__meta_docker_container_name', 'container', '/(.*)'),
    ]),
    block('loki.source.docker', ['containers'], {
      host: docker,
      targets: expression('discovery.relabel.containers.output'),
      labels: { source: 'docker' },
      refresh_interval: '2s',
      forward_to: toLines,
    }),
  ];
}

export function fileSource({ service, logs }: ServiceLogs, { target }: Surroundings): readonly AlloyBlock[] {
  if (logs.kind !== 'file') return [];
  const path = target === 'compose' ? globInContainer(logs.glob) : logs.glob;
  return [
    block(
      'loki.source.file',
      [identifier(service)],
      { targets: [{ __path__: path, service_name: service, source: 'file' }], forward_to: toLines },
      [
        // From the beginning of a file that is new: one that was rotated in must not lose its first lines.
        block('file_match', [], { enabled: true, sync_period: '2s', ignore_older_than: '24h' }),
      ],
    ),
  ];
}

export function unitSource({ service, logs }: ServiceLogs): readonly AlloyBlock[] {
  if (logs.kind !== 'unit') return [];
  const unit = logs.unit.includes('.') ? logs.unit : `${logs.unit}.service`;
  return [
    block('loki.source.journal', [identifier(service)], {
      matches: `_SYSTEMD_UNIT=${unit}`,
      labels: { service_name: service, source: 'journal' },
      relabel_rules: expression('loki.relabel.journal.rules'),
      max_age: '12h',
      forward_to: toLines,
    }),
  ];
}

/** What the journal knows of a line besides its text; one for all units. */
export function journalRules(all: readonly ServiceLogs[]): readonly AlloyBlock[] {
  if (!all.some(({ logs }) => logs.kind === 'unit')) return [];
  return [
    block('loki.relabel', ['journal'], { forward_to: [] }, [
      metadata('__journal_priority_keyword', levelOfSource, '(.*)'),
    ]),
  ];
}

/** Messages of a host that no service names are kept under `syslog`: who sends them is seen there. */
export function syslogSource(
  all: readonly ServiceLogs[],
  { listen, format }: SyslogConfig,
  { target }: Surroundings,
): readonly AlloyBlock[] {
  const hosts = all.flatMap(({ service, logs }) => (logs.kind === 'syslog' ? [{ service, host: logs.host }] : []));
  if (hosts.length === 0) return [];
  const address = target === 'compose' ? `0.0.0.0:${syslogPort}` : `${bracketed(listen.host)}:${listen.port}`;
  const host = '__syslog_message_hostname';
  const listener = (protocol: string) =>
    block('listener', [], {
      address,
      protocol,
      syslog_format: format,
      use_incoming_timestamp: true,
      max_message_length: 65_536,
      labels: { service_name: 'syslog', source: 'syslog' },
    });
  return [
    block('loki.relabel', ['syslog'], { forward_to: [] }, [
      ...hosts.map(({ service, host: name }) =>
        block('rule', [], {
          source_labels: [host],
          regex: `(?i)${escapeRegex(name)}`,
          target_label: 'service_name',
          replacement: service,
        }),
      ),
      metadata('__syslog_message_severity', levelOfSource, '(.*)'),
      metadata(host, 'hostname', '(.*)'),
      metadata('__syslog_message_app_name', 'app', '(.*)'),
    ]),
    block(
      'loki.source.syslog',
      ['messages'],
      { relabel_rules: expression('loki.relabel.syslog.rules'), forward_to: toLines },
      ['tcp', 'udp'].map(listener),
    ),
  ];
}

function keep(label: string): AlloyBlock {
  return block('rule', [], { source_labels: [label], regex: '.+', action: 'keep' });
}

/** A label that `lines` makes metadata of. */
function metadata(from: string, label: string, regex: string): AlloyBlock {
  const attributes: Record<string, AlloyValue> = { source_labels: [from], target_label: label };
  return block('rule', [], regex === '(.*)' ? attributes : { source_labels: [from], regex, target_label: label });
}

/** Labels of blocks are identifiers; names of services are not always. Distinct names stay distinct. */
function identifier(service: string): string {
  return `service_${service.replaceAll('_', '__').replaceAll('-', '_')}`;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
