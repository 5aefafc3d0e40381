import type { GeneratedFile } from '../../stack/surroundings.ts';

/** Dashboards as Grafana reads them, as far as tests look. */

export interface Source {
  readonly type: string;
  readonly uid: string;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly queryType?: string;
  readonly datasource: Source;
}

export interface Link {
  readonly title: string;
  readonly url: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly keepTime?: boolean;
}

interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[];
}

interface FieldConfig {
  readonly unit?: string;
  readonly thresholds?: Thresholds;
  readonly links?: readonly Link[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: Source;
  readonly targets: readonly Target[];
  readonly links?: readonly Link[];
  readonly fieldConfig: {
    readonly defaults: FieldConfig;
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly query: string | { readonly query?: string; readonly label?: string };
  readonly datasource?: Source;
  readonly refresh?: number;
  readonly regex?: string;
  readonly current?: { readonly value: string };
}

export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly datasource: Source;
  readonly target: { readonly expr: string };
  readonly filter?: { readonly exclude?: boolean; readonly ids: readonly number[] };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly refresh: string;
  readonly links: readonly Link[];
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
}

export function readDashboards(files: readonly GeneratedFile[]): readonly Dashboard[] {
  return files.map(({ content }) => JSON.parse(content) as Dashboard);
}

/** One panel with the dashboard that it is in; rows left out. */
export interface Shown {
  readonly name: string;
  readonly dashboard: Dashboard;
  readonly panel: Panel;
}

export function panelsOf(dashboards: readonly Dashboard[]): readonly Shown[] {
  return dashboards.flatMap((dashboard) =>
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .map((panel) => ({ name: `${dashboard.uid}: ${panel.title}`, dashboard, panel })),
  );
}

/** The units and thresholds of a panel: those of all its fields, and those of single ones. */
export function fieldsOf({ fieldConfig }: Panel): readonly FieldConfig[] {
  const single = fieldConfig.overrides.map(
    ({ properties }) => Object.fromEntries(properties.map(({ id, value }) => [id, value])) as FieldConfig,
  );
  return [fieldConfig.defaults, ...single];
}

/** Every link of a panel, wherever it stands. */
export function linksOf(panel: Panel): readonly Link[] {
  return [...(panel.links ?? []), ...fieldsOf(panel).flatMap(({ links = [] }) => links)];
}

/** As Grafana fills in its own variables before it asks. Those of the dashboard stay: they stand inside of strings. */
export function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '20s')
    .replaceAll('$__interval', '5s')
    .replaceAll('$__range', '1d')
    .replaceAll('$__auto', '1m');
}
