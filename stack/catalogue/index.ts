import type { CataloguedType, CatalogueFile, LabelsByMetric } from './file.ts';
import alertmanager from './generated/alertmanager.json' with { type: 'json' };
import alloy from './generated/alloy.json' with { type: 'json' };
import cadvisor from './generated/cadvisor.json' with { type: 'json' };
import grafana from './generated/grafana.json' with { type: 'json' };
import loki from './generated/loki.json' with { type: 'json' };
import nginxExporter from './generated/nginx-exporter.json' with { type: 'json' };
import nodeExporter from './generated/node-exporter.json' with { type: 'json' };
import postgresExporter from './generated/postgres-exporter.json' with { type: 'json' };
import prometheus from './generated/prometheus.json' with { type: 'json' };
import redisExporter from './generated/redis-exporter.json' with { type: 'json' };
import watchpost from './generated/watchpost.json' with { type: 'json' };
import { supplements } from './supplements.ts';

/**
 * What the components of the stack and the exporters have: captured from the real ones by `npm run catalogue`, and what
 * could not be captured, by hand.
 */
const captured = {
  prometheus,
  alertmanager,
  loki,
  alloy,
  grafana,
  nodeExporter,
  postgresExporter,
  redisExporter,
  nginxExporter,
  cadvisor,
  watchpost,
} as const;

type Captured = (typeof captured)[keyof typeof captured];
type Supplemented = (typeof supplements)[number]['metrics'][number];
type MetricsOf<File, Type extends CataloguedType> = Type extends unknown
  ? File extends Readonly<Record<Type, infer Metrics>>
    ? keyof Metrics & string
    : never
  : never;
/** Of all of them, the names of that type. */
type Named<Type extends CataloguedType> =
  | MetricsOf<Captured, Type>
  | Extract<Supplemented, readonly [string, Type, ...unknown[]]>[0];

/** Every series of a component that is not ours: a histogram has three, and so has a summary. */
export type ForeignSeries =
  | Named<'counter' | 'gauge' | 'untyped' | 'summary'>
  | `${Named<'histogram'>}_${'bucket' | 'sum' | 'count'}`
  | `${Named<'summary'>}_${'sum' | 'count'}`;

/** What is known of a series. */
export interface KnownSeries {
  /** `count` and `sum` of a histogram or a summary are counters. */
  readonly type: 'counter' | 'gauge' | 'untyped';
  /** Those that it can carry, without those that every scrape adds. */
  readonly labels: readonly string[];
  /** Who has it, as the files are called. */
  readonly components: readonly string[];
}

const foreign = readAll();

/** Of another component; undefined where none has it. */
export function foreignSeries(name: string): KnownSeries | undefined {
  return foreign.get(name);
}

/** All of them, for who must say what there is. */
export const foreignNames: readonly string[] = [...foreign.keys()];

function readAll(): ReadonlyMap<string, KnownSeries> {
  const all = new Map<string, KnownSeries>();
  const files: readonly CatalogueFile[] = Object.values(captured);
  for (const file of files) {
    const { component, version: _version, captured: _captured, ...types } = file;
    for (const [type, metrics] of Object.entries(types) as [CataloguedType, LabelsByMetric][]) {
      for (const [name, labels] of Object.entries(metrics)) add(all, component, name, type, labels);
    }
  }
  for (const { component, metrics } of supplements) {
    for (const [name, type, labels] of metrics) add(all, component, name, type, labels);
  }
  return all;
}

function add(
  all: Map<string, KnownSeries>,
  component: string,
  metric: string,
  type: CataloguedType,
  labels: readonly string[],
): void {
  for (const [name, own] of seriesOf(metric, type)) {
    const known = all.get(name);
    all.set(name, {
      type: own.type,
      labels: [...new Set([...(known?.labels ?? []), ...labels, ...own.labels])],
      components: [...new Set([...(known?.components ?? []), component])],
    });
  }
}

type Own = Pick<KnownSeries, 'type' | 'labels'>;

/** The series that a metric of this type consists of. */
export function seriesOf(metric: string, type: CataloguedType): readonly (readonly [string, Own])[] {
  const sums = ['sum', 'count'].map((part) => [`${metric}_${part}`, { type: 'counter', labels: [] }] as const);
  if (type === 'histogram') return [[`${metric}_bucket`, { type: 'counter', labels: ['le'] }], ...sums];
  if (type === 'summary') return [[metric, { type: 'gauge', labels: ['quantile'] }], ...sums];
  return [[metric, { type, labels: [] }]];
}
