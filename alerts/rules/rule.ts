import type { Config } from '../../config/model.ts';
import type { Annotations } from '../../stack/alert.ts';
import { defaultTeam, type Severity } from '../../stack/labels.ts';
import { scrapeIntervalMs } from '../../stack/parts.ts';

/** One alert: what Prometheus evaluates, what it says, and the proof that it does. */
export interface AlertRule {
  /** Its name: `ProbeDown`. Rule file, test file, runbook and page are named after it. */
  readonly alert: string;
  /** Whether the configuration has anything that it could be about. */
  appliesTo(config: Config): boolean;
  expr(config: Config): string;
  readonly forMs: number;
  /** Left out where the series carry it. */
  readonly severity?: Severity | 'none';
  /** Why somebody is woken up for it; of every alert that can be critical, and of no other. */
  readonly criticalBecause?: CriticalReason;
  /** The time from one evaluation to the next in its tests. */
  readonly stepMs: number;
  labels(config: Config): Readonly<Record<string, string>>;
  /** With Prometheus's template expressions in it. */
  annotations(config: Config): Annotations;
  tests(config: Config): readonly RuleTest[];
  /** What it can be about in this configuration, for `watchpost plan`. */
  sightings(config: Config): readonly Sighting[];
}

/** One of the things that an alert can be about, as far as it decides who hears of it, and when. */
export interface Sighting {
  readonly team: string;
  /** Left out where it may be any of the team's. */
  readonly service?: string;
  /** The objective of the service. */
  readonly slo?: string;
  /** Left out where all of the alert's have one. */
  readonly severity?: Severity;
  /** From when its cause is in the metrics until the expression holds, besides one evaluation: a window that must fill. */
  readonly typicalMs: number;
  readonly worstMs: number;
}

/** Users feel it now; something is about to be lost for good; or nothing else would be seen. */
export type CriticalReason = 'user-visible' | 'imminent-loss' | 'monitoring-blind';

/** A test for promtool: what the series do, and which alerts fire when. */
export interface RuleTest {
  readonly name: string;
  /** Series to values in promtool's notation, one sample every step. */
  readonly series: Readonly<Record<string, string>>;
  readonly checks: readonly { readonly atMs: number; readonly alerts: readonly ExpectedAlert[] }[];
}

interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Annotations;
}

/** What an alert's file says. `Word` names what the text has to put in: `service`, `age`. */
export interface RuleDefinition<Word extends string> {
  readonly alert: string;
  /** Left out where it always has. */
  readonly appliesTo?: (config: Config) => boolean;
  readonly expr: string | ((config: Config) => string);
  readonly forMs: number;
  /**
   * From when the cause is in the metrics until the expression holds, where that takes longer than the next evaluation: a window
   * that must fill. By what the alert can be about, where it differs.
   */
  readonly holdsAfterMs?: number | { readonly of: (config: Config) => readonly Sighting[] };
  /** Steps of the tests, if not the scrape interval: for an alert that waits for long. */
  readonly stepMs?: number;
  /** Left out where the series carry it. */
  readonly severity?: Severity | 'none';
  /** Says why, where it is critical or can be. */
  readonly criticalBecause?: CriticalReason;
  /** `meta`: it is about the stack itself, and every channel hears of it. */
  readonly category?: 'meta';
  /** `series`: the series carry it. `default`: the alert is about the stack, which belongs to nobody's team. */
  readonly team: 'series' | 'default';
  /** Labels besides those of the series and of the stack. */
  readonly furtherLabels?: Readonly<Record<string, string>>;
  /** What Prometheus puts in for each word. */
  readonly templates: (config: Config) => Readonly<Record<Word, string>>;
  readonly annotations: (words: Readonly<Record<Word, string>>, config: Config) => Annotations;
  /** Each is checked twice: at the last evaluation before `forMs` is over (nothing), and at the next one. */
  readonly fires: (config: Config) => readonly FiringCase<Word>[];
  readonly quiet: (config: Config) => readonly QuietCase[];
}

interface FiringCase<Word extends string> {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** The first evaluation at which the expression holds. */
  readonly trueFromMs: number;
  /** Labels that come from the series. */
  readonly labels: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<Word, string>>;
  /** When it is looked at, if not as soon as it must fire. */
  readonly seenAtMs?: number;
}

interface QuietCase {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  readonly atMs: number;
}

/** Puts the rule together from what its file says: the tests expect the very words that the templates expand to. */
export function defineRule<Word extends string>(definition: RuleDefinition<Word>): AlertRule {
  const {
    alert,
    appliesTo = () => true,
    expr,
    forMs,
    stepMs = scrapeIntervalMs,
    severity,
    criticalBecause,
    category,
    team,
    holdsAfterMs = 0,
  } = definition;
  const labels = (config: Config) => ({
    ...(severity ? { severity } : {}),
    ...(category ? { category } : {}),
    ...(team === 'default' ? { team: defaultTeam } : {}),
    ...definition.furtherLabels,
    stack: config.stack,
    environment: config.environment,
  });
  return {
    alert,
    appliesTo,
    expr: (config) => (typeof expr === 'string' ? expr : expr(config)),
    forMs,
    ...(severity && { severity }),
    ...(criticalBecause && { criticalBecause }),
    stepMs,
    labels,
    annotations: (config) => definition.annotations(definition.templates(config), config),
    sightings: (config) => {
      if (typeof holdsAfterMs === 'object') return holdsAfterMs.of(config);
      const teams = team === 'default' ? [defaultTeam] : new Set(config.services.map((service) => service.team));
      return [...teams].map((own) => ({ team: own, typicalMs: holdsAfterMs, worstMs: holdsAfterMs }));
    },
    tests: (config) => [
      ...definition.fires(config).map((fires): RuleTest => {
        const expected = {
          labels: { ...fires.labels, ...labels(config) },
          annotations: definition.annotations(fires.words, config),
        };
        const fireAtMs = fires.trueFromMs + forMs;
        return {
          name: fires.name,
          series: fires.series,
          checks: [
            ...(forMs > 0 || fires.trueFromMs > 0 ? [{ atMs: fireAtMs - stepMs, alerts: [] }] : []),
            { atMs: fires.seenAtMs ?? fireAtMs, alerts: [expected] },
          ],
        };
      }),
      ...definition.quiet(config).map(({ name, series, atMs }) => ({ name, series, checks: [{ atMs, alerts: [] }] })),
    ],
  };
}

/** Prometheus's expression for a label of the alert's series. */
export function labelValue(label: string): string {
  return `{{ $labels.${label} }}`;
}
