import type { Config } from '../config/model.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { lines } from './alloy-lines.ts';
import { containerSource, fileSource, journalRules, syslogSource, unitSource } from './alloy-sources.ts';
import { type AlloyBlock, block, render } from './alloy-syntax.ts';

/** What the log collector reads. Index labels are `service_name`, `source` and the environment; all else is metadata. */
export function alloyConfig(config: Config, surroundings: Surroundings): GeneratedFile {
  const logs = config.services.flatMap(({ name, logs }) => (logs ? [{ service: name, logs }] : []));
  const blocks = [
    block('logging', [], { level: 'warn', format: 'json' }),
    ...(surroundings.target === 'compose' ? containerSource(logs) : []),
    ...logs.flatMap((own) => fileSource(own, surroundings)),
    ...journalRules(logs),
    ...logs.flatMap(unitSource),
    ...syslogSource(logs, config.syslog, surroundings),
    lines(logs, surroundings),
    writer(config, surroundings),
  ];
  const head =
    '// Made by `watchpost generate` from watchpost.yaml; do not edit.\n// The log collector: from containers, files, the journal and syslog to Loki.\n';
  return { path: 'loki/generated/config.alloy', content: `${head}\n${blocks.map(render).join('\n')}` };
}

/** Tries for ever: while Loki is away the sources wait, and they catch up from where they were. */
function writer(config: Config, { address }: Surroundings): AlloyBlock {
  return block('loki.write', ['loki'], { external_labels: { deployment_environment_name: config.environment } }, [
    block('endpoint', [], {
      url: `http://${address('loki')}/loki/api/v1/push`,
      batch_wait: '1s',
      max_backoff_period: '10s',
      max_backoff_retries: 0,
    }),
  ]);
}
