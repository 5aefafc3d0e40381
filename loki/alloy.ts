import type { Config, LogSource } from '../config/model.ts';
import { globInContainer, hostFilesMount } from '../stack/host-files.ts';
import { composeProject, type Part } from '../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { type AlloyBlock, block, expression, render } from './alloy-syntax.ts';

/** The stack's own containers whose output is worth keeping. Those that carry the logs would speak of themselves. */
const ownContainers = [
  'prometheus',
  'alertmanager',
  'grafana',
  'node-exporter',
  'demo',
] as const satisfies readonly Part[];

/** What the log collector reads. Index labels are `service_name`, `source` and the environment; all else is metadata. */
export function alloyConfig(config: Config, surroundings: Surroundings): GeneratedFile {
  const logs = config.services.flatMap(({ name, logs }) => (logs ? [{ service: name, logs }] : []));
  const blocks = [
    block('logging', [], { level: 'warn', format: 'json' }),
    ...(surroundings.target === 'compose' ? containerSource(logs) : []),
    ...logs.flatMap(({ service, logs }) => fileSource(service, logs, surroundings)),
    ...logs.flatMap(({ service, logs }) => unitSource(service, logs)),
    lines(surroundings),
    writer(config, surroundings),
  ];
  const head =
    '// Made by `watchpost generate` from watchpost.yaml; do not edit.\n// The log collector: from containers, files and the journal to Loki.\n';
  return { path: 'loki/generated/config.alloy', content: `${head}\n${blocks.map(render).join('\n')}` };
}

interface ServiceLogs {
  readonly service: string;
  readonly logs: LogSource;
}

const socket = 'unix:///var/run/docker.sock';
const composeService = '__meta_docker_container_label_com_docker_compose_service';

/** Containers by their name, or by the name that their Compose file gives them. */
function containerSource(logs: readonly ServiceLogs[]): readonly AlloyBlock[] {
  const named = logs.flatMap(({ service, logs }) =>
    logs.kind === 'container' ? [{ service, container: escapeRegex(logs.container) }] : [],
  );
  const name = (labels: readonly string[], regex: string, replacement: string) =>
    block('rule', [], { source_labels: labels, separator: '/', regex, target_label: 'service_name', replacement });
  return [
    block('discovery.docker', ['containers'], { host: socket, refresh_interval: '5s' }),
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
      block('rule', [], { source_labels: ['service_name'], regex: '.+', action: 'keep' }),
      block('rule', [], { source_labels: ['__meta_docker_container_name'], regex: '/(.*)', target_label: 'container' }),
    ]),
    block('loki.source.docker', ['containers'], {
      host: socket,
      targets: expression('discovery.relabel.containers.output'),
      labels: { source: 'docker' },
      refresh_interval: '5s',
      forward_to: toLines,
    }),
  ];
}

function fileSource(service: string, logs: LogSource, { target }: Surroundings): readonly AlloyBlock[] {
  if (logs.kind !== 'file') return [];
  return [
    block(
      'loki.source.file',
      [identifier(service)],
      {
        targets: [
          {
            __path__: target === 'compose' ? globInContainer(logs.glob) : logs.glob,
            service_name: service,
            source: 'file',
          },
        ],
        forward_to: toLines,
      },
      [
        // From the beginning of a file that is new: one that was rotated in must not lose its first lines.
        block('file_match', [], { enabled: true, sync_period: '5s', ignore_older_than: '24h' }),
      ],
    ),
  ];
}

function unitSource(service: string, logs: LogSource): readonly AlloyBlock[] {
  if (logs.kind !== 'unit') return [];
  const unit = logs.unit.includes('.') ? logs.unit : `${logs.unit}.service`;
  return [
    block('loki.source.journal', [identifier(service)], {
      matches: `_SYSTEMD_UNIT=${unit}`,
      labels: { service_name: service, source: 'journal' },
      max_age: '12h',
      forward_to: toLines,
    }),
  ];
}

const toLines = [expression('loki.process.lines.receiver')];

/** A line that is JSON gives its own time, level and trace; any other line passes as it is. */
function lines({ target }: Surroundings): AlloyBlock {
  return block('loki.process', ['lines'], { forward_to: [expression('loki.write.loki.receiver')] }, [
    block('stage.json', [], { expressions: { level: '', trace_id: '', written_at: 'time || timestamp || ts' } }),
    block('stage.timestamp', [], {
      source: 'written_at',
      format: 'RFC3339Nano',
      fallback_formats: ['UnixMs'],
      action_on_failure: 'skip',
    }),
    ...(target === 'compose'
      ? [block('stage.replace', [], { source: 'filename', expression: `^(${hostFilesMount})/`, replace: '' })]
      : []),
    block('stage.structured_metadata', [], { values: { level: '', trace_id: '', container: '', filename: '' } }),
    block('stage.label_drop', [], { values: ['container', 'filename'] }),
  ]);
}

/** Tries for ever: while Loki is away the sources wait, and they catch up from where they were. */
function writer(config: Config, { address }: Surroundings): AlloyBlock {
  return block('loki.write', ['loki'], { external_labels: { deployment_environment_name: config.environment } }, [
    block('endpoint', [], {
      url: `http://${address('loki')}/loki/api/v1/push`,
      batch_wait: '1s',
      max_backoff_period: '30s',
      max_backoff_retries: 0,
    }),
  ]);
}

/** Labels of blocks are identifiers; names of services are not always. Distinct names stay distinct. */
function identifier(service: string): string {
  return `service_${service.replaceAll('_', '__').replaceAll('-', '_')}`;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
