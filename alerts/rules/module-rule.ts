import type { Config } from '../../config/model.ts';
import { alertLinks } from '../../stack/alert.ts';
import type { ServiceKind } from '../../stack/kinds.ts';
import type { Severity } from '../../stack/labels.ts';
import { select } from '../../stack/promql.ts';
import { type AlertRule, type CriticalReason, defineRule, labelValue } from './rule.ts';

/** An alert about a service that is a PostgreSQL, a host, …: from what its exporter says. */
interface ModuleDefinition<Word extends string> {
  readonly alert: string;
  /** It is there when some service is one of these. The first is that of its tests. */
  readonly kinds: readonly [ServiceKind, ...ServiceKind[]];
  /** Where that is not enough. */
  readonly appliesTo?: (config: Config) => boolean;
  /** Its series carry `service` and `team`. */
  readonly expr: string | ((config: Config) => string);
  readonly forMs: number;
  readonly stepMs?: number;
  readonly holdsAfterMs?: number;
  readonly severity: Severity;
  readonly criticalBecause?: CriticalReason;
  /** What Prometheus puts in for each word, besides `service`. */
  readonly templates: Readonly<Record<Word, string>>;
  readonly text: (words: Readonly<Record<Word | 'service', string>>) => {
    readonly summary: string;
    readonly description: string;
    readonly action: string;
  };
  readonly fires: readonly [ModuleFiringCase<Word>, ...ModuleFiringCase<Word>[]];
  readonly quiet: readonly { readonly name: string; readonly series: Series; readonly atMs?: number }[];
}

type Series = Readonly<Record<string, string>>;

interface ModuleFiringCase<Word extends string> {
  readonly name: string;
  readonly series: Series;
  readonly trueFromMs: number;
  /** Labels besides `service` and `team`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<Word, string>>;
  /** When it is looked at, if not as soon as it must fire. */
  readonly seenAtMs?: number;
}

/** Puts such an alert together. Maintenance is silence: the service may be away then, or full, or slow. */
export function moduleRule<Word extends string>(definition: ModuleDefinition<Word>): AlertRule {
  const { alert, kinds, appliesTo, expr, forMs, stepMs, holdsAfterMs = 0, severity, criticalBecause } = definition;
  const { templates, text, fires, quiet } = definition;
  const [ownKind] = kinds;
  const { service, team } = tested(ownKind);
  const maintained = `(${select('watchpost_service_maintenance')} == 1)`;
  const [first] = fires;
  return defineRule<Word | 'service'>({
    alert,
    appliesTo: (config) =>
      config.services.some(({ kind }) => kind !== undefined && kinds.includes(kind)) && (appliesTo?.(config) ?? true),
    expr: (config) => `(${typeof expr === 'string' ? expr : expr(config)}) unless on (service) ${maintained}`,
    forMs,
    ...(stepMs !== undefined && { stepMs }),
    holdsAfterMs: {
      of: ({ services }) => {
        const own = services.filter(({ kind }) => kind !== undefined && kinds.includes(kind));
        return [...new Set(own.map((one) => one.team))].map((ofTeam) => {
          return { team: ofTeam, typicalMs: holdsAfterMs, worstMs: holdsAfterMs };
        });
      },
    },
    severity,
    ...(criticalBecause && { criticalBecause }),
    team: 'series',
    templates: () => withService(templates, labelValue('service')),
    annotations: (words, { urls }) => ({
      ...text(words),
      ...alertLinks(urls, { alertname: alert, service: words.service }),
    }),
    fires: () =>
      fires.map(({ labels, words, ...own }) => ({
        ...own,
        labels: { service, team, ...labels },
        words: withService(words, service),
      })),
    quiet: () => [
      ...quiet.map(({ atMs = forMs + 60 * (stepMs ?? 5_000), ...own }) => ({ ...own, atMs })),
      {
        name: 'a service in maintenance is left alone',
        series: { ...first.series, [`watchpost_service_maintenance{service="${service}",job="watchpost"}`]: '1x1000' },
        atMs: first.trueFromMs + forMs,
      },
    ],
  });
}

/** Proof of the cast: the two together are all words. */
function withService<Word extends string>(words: Readonly<Record<Word, string>>, service: string) {
  return { ...words, service } as Readonly<Record<Word | 'service', string>>;
}

/** A series as the exporter of that kind gives it in the tests: `seriesOf('postgres')('pg_up')`. */
export function seriesOf(kind: ServiceKind): (name: string, further?: Readonly<Record<string, string>>) => string {
  const { service, team } = tested(kind);
  const labels = { job: kind, instance: `${kind}.test:9100`, service, team };
  return (name, further = {}) => {
    const all = Object.entries({ ...labels, ...further }).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return `${name}{${all.join(',')}}`;
  };
}

/** A probe of the service of that kind in the tests, and what it says: `0x100` where it passes. */
export function probeOf(kind: ServiceKind, protocol: string, down: string): Series {
  const { service, team } = tested(kind);
  const id = `service="${service}",probe="own",target="t",location="local",job="watchpost",severity="critical",team="${team}"`;
  return {
    [`watchpost_probe_down{${id}}`]: down,
    [`watchpost_probe_info{${id},kind="${protocol}"}`]: '1x1000',
  };
}

/**
 * What Prometheus answers to a query, in words: `say` is a template for the first value. Each `%q` in the query stands for
 * one of the values; a string in a query would end the string that the query is.
 */
export function asked(query: string, values: readonly string[], say: string, otherwise: string): string {
  return `{{ with printf "${query}" ${values.join(' ')} | query }}{{ . | first | value | ${say} }}{{ else }}${otherwise}{{ end }}`;
}

function tested(kind: ServiceKind): { readonly service: string; readonly team: string } {
  return { service: `${kind}-under-test`, team: 'ops' };
}
