/** The types of the Prometheus text format. `untyped` is what a component does not say. */
export const metricTypes = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export type CataloguedType = (typeof metricTypes)[number];

/** Metrics by name, each with the labels that any of its series carries, those of the scrape left out. */
export type LabelsByMetric = Readonly<Record<string, readonly string[]>>;

/** What `npm run catalogue` writes of a component, one file each. */
export interface CatalogueFile extends Readonly<Record<CataloguedType, LabelsByMetric>> {
  readonly component: string;
  readonly version: string;
  /** What ran behind it while it was asked. */
  readonly captured: string;
}
