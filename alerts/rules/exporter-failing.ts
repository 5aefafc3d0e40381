import { aggregate, select } from '../../stack/promql.ts';
import { moduleRule, probeOf, seriesOf } from './module-rule.ts';

const series = seriesOf('postgres');
const anyUp = aggregate(
  'min',
  ['service', 'team'],
  `${select('pg_up')} or ${select('redis_up')} or ${select('nginx_up')}`,
);

/** The exporter answers and cannot look: alerts about the service cannot fire. Muted where the service is what is down. */
export const exporterFailingRule = moduleRule({
  alert: 'ExporterFailing',
  kinds: ['postgres', 'redis', 'nginx'],
  expr: `${anyUp} == 0`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: {},
  text: ({ service }) => ({
    summary: `${service} cannot be looked into: its exporter is refused`,
    description:
      'The exporter answers, but has not got an answer itself for five minutes. Nothing is known of connections, memory and replication; those alerts cannot fire.',
    action: `What does it say? docker compose logs --tail 20 of the exporter of ${service}: most often a password that was changed, or an address.`,
  }),
  fires: [
    {
      name: 'an exporter that is refused fires',
      series: { [series('pg_up')]: '1 0x60', ...probeOf('postgres', 'postgres', '0x60') },
      trueFromMs: 60_000,
      words: {},
    },
    ...(['redis', 'nginx'] as const).map((kind) => ({
      name: `so does one of ${kind}`,
      series: { [seriesOf('postgres')(`${kind}_up`)]: '1 0x60' },
      trueFromMs: 60_000,
      words: {},
    })),
  ],
  quiet: [
    { name: 'an exporter that looks is quiet', series: { [series('pg_up')]: '1x100' } },
    { name: 'a restart of the service is quiet', series: { [series('pg_up')]: '1 0 0 1x60' }, atMs: 360_000 },
  ],
});
