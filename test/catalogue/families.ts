import {
  type CataloguedType,
  type CatalogueFile,
  type LabelsByMetric,
  metricTypes,
} from '../../stack/catalogue/file.ts';

/** The metrics of scrapes of one component: what each is and which labels any of its series carries. No label's value. */
export function readFamilies(texts: readonly string[]): Pick<CatalogueFile, CataloguedType> {
  const labels = new Map<string, Set<string>>();
  const types = new Map<string, string>();
  for (const text of texts) {
    for (const line of text.split('\n')) readLine(line, types, labels);
  }
  const of = (type: CataloguedType): LabelsByMetric =>
    Object.fromEntries(
      [...types]
        .filter(([name, is]) => is === type && labels.has(name))
        .map(([name]) => [name, [...(labels.get(name) ?? [])].sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    counter: of('counter'),
    gauge: of('gauge'),
    histogram: of('histogram'),
    summary: of('summary'),
    untyped: of('untyped'),
  };
}

/** The label that names a version, in a series that every component has one like: `prometheus_build_info{version="3.5.3"}`. */
export function versionIn(texts: readonly string[], series: string): string {
  for (const text of texts) {
    const [, version] = new RegExp(`^${series}\\{(?:.*,)?(?:cadvisorV|v)ersion="v?(\\d[^"]*)"`, 'm').exec(text) ?? [];
    if (version !== undefined) return version;
  }
  throw new Error(`no series ${series} says a version`);
}

/** One line for each metric, so that a difference shows which. */
export function writtenFile({ component, version, captured, ...types }: CatalogueFile): string {
  const about = Object.entries({ component, version, captured }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const metrics = metricTypes.map((type) => {
    const lines = Object.entries(types[type]).map(
      ([name, labels]) => `    ${JSON.stringify(name)}: ${JSON.stringify(labels)}`,
    );
    return `  ${JSON.stringify(type)}: ${lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`}`;
  });
  return `{\n${[...about, ...metrics].join(',\n')}\n}\n`;
}

function readLine(line: string, types: Map<string, string>, labels: Map<string, Set<string>>): void {
  const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
  if (name !== undefined && type !== undefined) types.set(name, type);
  if (line === '' || line.startsWith('#')) return;
  const [, series = '', pairs = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+(?: \d+)?$/.exec(line) ?? [];
  if (series === '') throw new Error(`no sample: ${line}`);
  const family = types.has(series) ? series : series.replace(/_(?:bucket|sum|count)$/, '');
  if (!types.has(family)) types.set(family, 'untyped');
  const known = labels.get(family) ?? new Set();
  labels.set(family, known);
  // What tells the series of one histogram or summary apart belongs to its type.
  const own = types.get(family) === 'histogram' ? 'le' : types.get(family) === 'summary' ? 'quantile' : undefined;
  for (const [, label = ''] of pairs.matchAll(/(?:^|,)([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) {
    if (label !== own) known.add(label);
  }
}
