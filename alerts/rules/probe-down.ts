import type { Config } from '../../config/model.ts';
import { affectedServices, probeDown, probeDownAnnotations } from '../../stack/alert.ts';
import { dependents } from '../../stack/dependencies.ts';
import { formatDuration } from '../../stack/duration.ts';
import { scrapeIntervalMs } from '../../stack/parts.ts';
import { aggregate, lastOverTime, select } from '../../stack/promql.ts';
import { dependenciesOf } from '../dependencies-of.ts';
import { defineRule, labelValue } from './rule.ts';

/**
 * A probe is confirmed down. The same alert as the fast path posts: the aggregation leaves exactly the identity labels. It
 * looks back an hour, so that the death of the probe service is no recovery; and it waits for nothing, because the probe
 * service has confirmed the fail already. Where several locations probe, so many must say so as the quorum asks for, or all
 * of those that probe it at all.
 */
export const probeDownRule = defineRule({
  alert: probeDown,
  expr: ({ locations, quorum }) => {
    const by = (how: 'max' | 'sum' | 'count') =>
      aggregate(
        how,
        ['service', 'probe', 'target', 'severity', 'team'],
        lastOverTime(select('watchpost_probe_down'), '1h'),
      );
    return locations.length === 0 ? `${by('max')} == 1` : `${by('sum')} >= clamp_max(${by('count')}, ${quorum})`;
  },
  forMs: 0,
  criticalBecause: 'user-visible',
  team: 'series',
  templates: (config) => ({
    service: labelValue('service'),
    probe: labelValue('probe'),
    target: labelValue('target'),
    reason: failing('reason'),
    found: failing('found'),
    expected: failing('expected'),
    affects: affectsChain(config),
    diagnosis: failing('diagnosis'),
    changed: failing('changed'),
    seenFrom: config.locations.length === 0 ? '' : seenFromChain(),
  }),
  annotations: ({ service, probe, target, affects, seenFrom, ...failure }, config) => {
    const annotations = probeDownAnnotations({ service, probe, target }, failure, [affects], config.urls);
    return config.locations.length === 0 ? annotations : { ...annotations, seen_from: seenFrom };
  },
  fires: (config) => [
    ...seenFromHere(config, [
      {
        name: 'a probe that is confirmed down fires at once, with what was found',
        series: {
          [down]: '0 0 1x20',
          [info('body', awkward)]: '_ _ 1x20',
        },
        trueFromMs: 10_000,
        labels,
        words: words('body', awkward),
      },
      {
        name: 'it stays down when the probe service dies, and still says what was found last',
        series: {
          [down]: '0 1 1 0 0 1 1 stale',
          [info('connect_refused', 'connection refused')]: '_ 1 1 stale',
          [info('status', 'status 503')]: '_ _ _ _ _ 1 1 stale',
        },
        trueFromMs: 25_000,
        seenAtMs: 10 * 60_000,
        labels,
        words: words('status', 'status 503'),
      },
      {
        name: 'a page says what was tried and what has changed',
        series: {
          [down]: '0 1x20',
          [`${info('status', 'status 503').slice(0, -1)},diagnosis=${JSON.stringify(tried)},changed=${JSON.stringify(changed)}}`]:
            '_ 1x20',
        },
        trueFromMs: 5_000,
        labels,
        words: words('status', 'status 503', 'status 200', tried, changed),
      },
      {
        name: 'a probe without details fires all the same',
        series: { [down]: '0 1x20' },
        trueFromMs: 5_000,
        labels,
        words: words(unknown.reason, unknown.found, unknown.expected),
      },
      ...parentCase(config),
    ]),
    ...quorumCases(config),
  ],
  quiet: (config) => [
    ...(config.quorum < 2
      ? []
      : [
          {
            name: 'a probe that fewer locations than the quorum find down is quiet',
            series: fromLocations(config, config.quorum - 1),
            atMs: 60_000,
          },
        ]),
    { name: 'a probe that is up is quiet', series: { [down]: '0x20' }, atMs: 60_000 },
    {
      name: 'it is over at the first evaluation after the recovery',
      series: { [down]: '1 1 1 0x20', [info('status', 'status 503')]: '1 1 1 stale' },
      atMs: 15_000,
    },
    {
      name: 'a removed probe says 0 before it goes, and that is the end of it',
      series: { [down]: '1 1 1 0 0 0 0 0 0 stale', [info('status', 'status 503')]: '1 1 1 stale' },
      atMs: 60_000,
    },
  ],
});

const target = 'http://shop.test:8080/health/ready';
const id = `service="shop-under-test",probe="ready",target="${target}",location="local",job="watchpost",instance="watchpost:9815"`;
const down = `watchpost_probe_down{${id},severity="critical",team="default"}`;
const labels = { service: 'shop-under-test', probe: 'ready', target, severity: 'critical', team: 'default' };

/** What a target says is data: no reader on the way may take it for markup, an escape or a template. */
const awkward = `the body has <b>"it's"</b> & \\ é {{ .x }} %q`;

const tried = '2 of 3 addresses pass; 10.0.0.7: the connection was refused';
const changed = 'since the last good run 12 s before: version 1.4.2 → 1.4.3';

function info(reason: string, found: string): string {
  return `watchpost_probe_failing_info{${id},reason="${reason}",found=${JSON.stringify(found)},expected="status 200"}`;
}

function words(reason: string, found: string, expected = 'status 200', diagnosis = '', changed = '') {
  return {
    service: 'shop-under-test',
    probe: 'ready',
    target,
    reason,
    found,
    expected,
    affects: '',
    diagnosis,
    changed,
  };
}

/** What a page says when nothing is known of the failure. */
const unknown = {
  reason: 'unknown',
  found: 'a failure without details',
  expected: 'a pass',
  diagnosis: '',
  changed: '',
};

/**
 * A label of the series that says why the probe is down: the one of now, or, when the probe service is dead, the newest of
 * the last hour (`last_over_time` would give those of earlier failures as well). `%q` quotes as PromQL does.
 */
function failing(field: keyof typeof unknown): string {
  const now = `${select('watchpost_probe_failing_info')}{service=%q,probe=%q,target=%q}`;
  const newest = `topk(1, max_over_time(timestamp(${now})[1h:${formatDuration(scrapeIntervalMs)}]))`;
  const ask = (query: string, otherwise: string) =>
    `{{ with printf "${query}" $labels.service $labels.probe $labels.target | query }}` +
    `{{ . | first | label "${field}" }}{{ else }}${otherwise}{{ end }}`;
  return ask(now, ask(newest, unknown[field]));
}

/** Who depends on the service is known when the rule is written, so the rule carries it. */
function affectsChain(config: Config): string {
  const dependencies = dependenciesOf(config);
  const parents = new Set([...dependencies.values()].flat());
  const branches = config.services.flatMap(({ name }) => {
    const affected = parents.has(name) ? affectedServices(dependents(dependencies, name)) : '';
    return affected ? [`if eq $labels.service "${name}" }}${affected}`] : [];
  });
  return branches.length === 0 ? '' : `{{ ${branches.join('{{ else ')}{{ end }}`;
}

/** Who else probes it and finds it down too: a label of the series that the rule has added up. */
function seenFromChain(): string {
  const down = lastOverTime(`${select('watchpost_probe_down')}{service=%q,probe=%q,target=%q}`, '1h');
  const ask = `printf "${down} == 1" $labels.service $labels.probe $labels.target | query | sortByLabel "location"`;
  const list = '{{ range $i, $seen := . }}{{ if $i }}, {{ end }}{{ $seen.Labels.location }}{{ end }}';
  return `{{ with ${ask} }}${list}{{ end }}`;
}

/** The cases of one location, which one of several fires for too where no other probes the same. */
function seenFromHere<Case extends { readonly words: object }>(config: Config, cases: readonly Case[]) {
  return cases.map((own) => ({
    ...own,
    words: { ...own.words, seenFrom: config.locations.length === 0 ? '' : 'local' },
  }));
}

function quorumCases(config: Config) {
  if (config.locations.length === 0) return [];
  const names = locationsOf(config).slice(0, config.quorum).toSorted().join(', ');
  return [
    {
      name: 'a probe that a quorum of the locations finds down fires, and names them',
      series: fromLocations(config, config.quorum),
      trueFromMs: 5_000,
      labels,
      words: { ...words('status', 'status 503'), seenFrom: names },
    },
  ];
}

/** All locations probe; so many of them find it down. */
function fromLocations(config: Config, failing: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    locationsOf(config).flatMap((location, i) => {
      const at = (series: string) => series.replace('location="local"', `location="${location}"`);
      if (i >= failing) return [[at(down), '0x20']];
      return [
        [at(down), '0 1x20'],
        [at(info('status', 'status 503')), '_ 1x20'],
      ];
    }),
  );
}

function locationsOf({ location, locations }: Config): readonly string[] {
  return [location, ...locations.map(({ name }) => name)];
}

function parentCase(config: Config) {
  const dependencies = dependenciesOf(config);
  const parent = config.services.find(({ name }) => dependents(dependencies, name).length > 0);
  if (!parent) return [];
  const of = (series: string) => series.replace('shop-under-test', parent.name);
  return [
    {
      name: 'the page of a service names those that depend on it',
      series: { [of(down)]: '0 1x20', [of(info('status', 'status 503'))]: '_ 1x20' },
      trueFromMs: 5_000,
      labels: { ...labels, service: parent.name },
      words: {
        ...words('status', 'status 503'),
        service: parent.name,
        affects: affectedServices(dependents(dependencies, parent.name)),
      },
    },
  ];
}
