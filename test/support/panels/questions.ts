import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One query of one panel, as it stands in the dashboard. */
export interface Question {
  /** `uid/panel id/refId`. */
  readonly key: string;
  readonly dashboard: string;
  readonly panel: string;
  readonly source: Source;
  readonly expr: string;
  /** Asked for the end of the time range only. */
  readonly isInstant: boolean;
  /** The least step, as the panel sets it: `1m`. */
  readonly interval: string | undefined;
}

export type Source = 'prometheus' | 'loki';

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly source: Source;
  /** Of a query variable. */
  readonly query: string;
  /** Of the others: what is chosen when the dashboard opens. */
  readonly current: string;
  readonly regex: string;
  readonly isMulti: boolean;
  readonly allValue: string | undefined;
}

export interface AskedDashboard {
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly questions: readonly Question[];
}

/** What every dashboard in a folder of generated ones asks. A panel in a collapsed row asks as well. */
export function readDashboards(folder: string): readonly AskedDashboard[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readDashboard(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
}

function readDashboard(raw: RawDashboard): AskedDashboard {
  const { uid, title } = raw;
  const ofPanels = flat(raw.panels).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      key: `${uid}/${panel.id}/${target.refId}`,
      dashboard: title,
      panel: panel.title,
      source: sourceOf(target.datasource ?? panel.datasource),
      expr: target.expr,
      isInstant: target.instant === true || target.queryType === 'instant',
      interval: target.interval ?? panel.interval,
    })),
  );
  const ofAnnotations = (raw.annotations?.list ?? []).flatMap((annotation) => {
    const expr = annotation.expr ?? annotation.target?.expr;
    if (annotation.builtIn || expr === undefined) return [];
    const source = sourceOf(annotation.datasource);
    const key = `${uid}/annotations/${annotation.name}`;
    return [{ key, dashboard: title, panel: 'annotations', source, expr, isInstant: false, interval: undefined }];
  });
  return { uid, title, variables: raw.templating.list.map(readVariable), questions: [...ofPanels, ...ofAnnotations] };
}

function readVariable(raw: RawVariable): Variable {
  const current = raw.current?.value ?? '';
  return {
    name: raw.name,
    type: raw.type,
    source: raw.datasource ? sourceOf(raw.datasource) : 'prometheus',
    query: queryOf(raw.query),
    current: Array.isArray(current) ? (current[0] ?? '') : current,
    regex: raw.regex ?? '',
    isMulti: raw.multi === true || raw.includeAll === true,
    allValue: raw.allValue ?? undefined,
  };
}

/** Loki's has fields where Prometheus's has words. */
function queryOf(query: RawVariable['query']): string {
  if (query === undefined || typeof query === 'string') return query ?? '';
  if (query.query !== undefined) return query.query;
  return `label_values(${query.stream ? `${query.stream}, ` : ''}${query.label ?? ''})`;
}

function flat(panels: readonly RawPanel[]): readonly RawPanel[] {
  return panels.flatMap((panel) => [...(panel.type === 'row' ? [] : [panel]), ...flat(panel.panels ?? [])]);
}

function sourceOf(source: RawSource | undefined): Source {
  if (source?.type === 'prometheus' || source?.type === 'loki') return source.type;
  throw new Error(`no data source that we have: ${JSON.stringify(source)}`);
}

interface RawSource {
  readonly type?: string;
}

interface RawPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly interval?: string;
  readonly datasource?: RawSource;
  readonly panels?: readonly RawPanel[];
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly instant?: boolean;
    readonly queryType?: string;
    readonly interval?: string;
    readonly datasource?: RawSource;
  }[];
}

interface RawVariable {
  readonly name: string;
  readonly type: string;
  readonly datasource?: RawSource;
  readonly query?: string | { readonly query?: string; readonly label?: string; readonly stream?: string };
  readonly current?: { readonly value?: string | readonly string[] };
  readonly regex?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string | null;
}

/** Grafana's own format, as far as it is read here. */
interface RawDashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly RawPanel[];
  readonly templating: { readonly list: readonly RawVariable[] };
  readonly annotations?: {
    readonly list?: readonly {
      readonly name: string;
      readonly builtIn?: number;
      readonly datasource?: RawSource;
      readonly expr?: string;
      readonly target?: { readonly expr?: string };
    }[];
  };
}
