import type { probeLabels } from '../../stack/labels.ts';
import { type MetricName, metrics } from '../../stack/metrics.ts';
import { type Verdict, verdicts } from '../../stack/reasons.ts';
import type { Clock, Outcome, PlannedProbe, ProbeState, Sample } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { sameIdentity } from '../state/states.ts';
import { type FamilySample, renderFamilies } from './exposition.ts';

/** For how long a probe that is gone exports that it is not down: rules look back, and would keep it down for an hour. */
export const farewellMs = 30_000;
/** What an outcome without it does not take away: a handshake that fails says nothing about the certificate's dates. */
const keptMetrics: readonly MetricName[] = ['probe_ssl_earliest_cert_expiry'];

/** What the exporter needs to know of a run that has ended. */
export interface ExportedRun {
  readonly task: PlannedProbe;
  readonly scheduled: boolean;
  readonly latenessMs?: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

interface Recorded {
  probe: PlannedProbe;
  readonly runs: Record<Verdict, number>;
  skipped: number;
  outcome: Outcome | undefined;
  conclusive: Verdict | undefined;
  endedAt: number | undefined;
  latenessMs: number | undefined;
  kept: readonly Sample[];
}

type Samples = Map<MetricName, FamilySample[]>;

/** The series of every probe: what it counted, what the last run reported, and what the state is. */
export class ProbeSeries {
  readonly #records = new ProbeMap<Recorded>();
  readonly #clock: Clock;
  readonly #stateOf: (probe: PlannedProbe) => ProbeState;
  #location = '';
  #farewells: { readonly labels: Readonly<Record<string, string>>; readonly untilMs: number }[] = [];

  constructor(options: { clock: Clock; stateOf: (probe: PlannedProbe) => ProbeState }) {
    this.#clock = options.clock;
    this.#stateOf = options.stateOf;
  }

  /** Takes on a new configuration: no counter of a probe that stays is reset, and the series of one that goes, go. */
  configure(probes: readonly PlannedProbe[], location: string): void {
    const before = this.#records.values();
    const moved = location !== this.#location;
    const gone = new Set(before);
    const farewells = before.map((record) => ({ record, labels: this.#downLabels(record.probe) }));
    this.#location = location;
    for (const probe of probes) {
      const record = this.#records.get(probe);
      if (record && record.probe.target === probe.target && !moved) {
        if (sameIdentity(record.probe, probe)) gone.delete(record);
        record.probe = probe;
        this.#records.set(probe, record);
      } else {
        this.#records.set(probe, newRecord(probe));
      }
    }
    const planned = new ProbeMap<PlannedProbe>();
    for (const probe of probes) planned.set(probe, probe);
    const untilMs = this.#clock.monotonic() + farewellMs;
    for (const { record, labels } of farewells) {
      if (!planned.has(record.probe)) this.#records.delete(record.probe);
      if (gone.has(record)) this.#farewells.push({ labels, untilMs });
    }
  }

  ended({ task, scheduled, latenessMs, endedAt, outcome }: ExportedRun): void {
    const record = this.#records.get(task);
    if (!record) return;
    if (scheduled) record.runs[outcome.verdict]++;
    if (outcome.verdict !== 'inconclusive') record.conclusive = outcome.verdict;
    if (latenessMs !== undefined) record.latenessMs = latenessMs;
    record.endedAt = endedAt;
    record.outcome = outcome;
    const kept = outcome.samples.filter(({ metric }) => keptMetrics.includes(metric));
    if (kept.length > 0) record.kept = kept;
  }

  skipped(task: PlannedProbe, count: number): void {
    const record = this.#records.get(task);
    if (record) record.skipped += count;
  }

  /** When the last run ended, Unix milliseconds. */
  endedAt(probe: PlannedProbe): number | undefined {
    return this.#records.get(probe)?.endedAt;
  }

  render(): string {
    const samples: Samples = new Map();
    for (const record of this.#records.values()) this.#collect(record, samples);
    this.#collectFarewells(samples);
    return renderFamilies(
      [...samples]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, values]) => ({ name, type: seriesType(name), help: metrics[name].help, samples: values })),
    );
  }

  #collect(record: Recorded, samples: Samples): void {
    const { probe, outcome } = record;
    const base = this.#labels(probe);
    const add = (metric: MetricName, value: number | undefined, labels: Readonly<Record<string, string>> = {}) => {
      if (value === undefined) return;
      const list = samples.get(metric) ?? [];
      list.push({ labels: { ...base, ...labels }, value });
      samples.set(metric, list);
    };
    const state = this.#stateOf(probe);

    if (record.conclusive) add('probe_success', record.conclusive === 'pass' ? 1 : 0);
    add('probe_duration_seconds', outcome && outcome.durationMs / 1_000);
    for (const sample of withKept(outcome?.samples ?? [], record.kept)) add(sample.metric, sample.value, sample.labels);
    // Unknown is left out, not 0: after a restart of this service a 0 would resolve the page of a target still down.
    if (state.status !== 'unknown') {
      add('watchpost_probe_down', state.status === 'down' ? 1 : 0, { severity: probe.severity, team: probe.team });
    }
    if (state.status === 'down') {
      const { reason, found, expected, diagnosis } = state.outcome;
      const { tried = '', changed = '' } = diagnosis ?? {};
      add('watchpost_probe_failing_info', 1, { reason, found, expected, diagnosis: tried, changed });
      add('watchpost_probe_down_since_timestamp_seconds', state.since / 1_000);
    }
    add(
      'watchpost_probe_last_run_timestamp_seconds',
      record.endedAt === undefined ? undefined : record.endedAt / 1_000,
    );
    add('watchpost_probe_interval_seconds', probe.everyMs / 1_000);
    add(
      'watchpost_probe_schedule_lateness_seconds',
      record.latenessMs === undefined ? undefined : record.latenessMs / 1_000,
    );
    for (const verdict of verdicts) add('watchpost_probe_runs_total', record.runs[verdict], { verdict });
    add('watchpost_probe_skipped_runs_total', record.skipped);
    add('watchpost_probe_info', 1, { kind: probe.kind, severity: probe.severity, team: probe.team });
  }

  #collectFarewells(samples: Samples): void {
    const nowMs = this.#clock.monotonic();
    this.#farewells = this.#farewells.filter(({ untilMs }) => untilMs > nowMs);
    const list = samples.get('watchpost_probe_down') ?? [];
    for (const { labels } of this.#farewells) {
      // A probe that has come back under the same labels speaks for itself.
      if (!list.some((sample) => sameLabels(sample.labels, labels))) list.push({ labels, value: 0 });
    }
    if (list.length > 0) samples.set('watchpost_probe_down', list);
  }

  #labels({ service, probe, target }: PlannedProbe): Record<(typeof probeLabels)[number], string> {
    return { service, probe, target, location: this.#location };
  }

  #downLabels(probe: PlannedProbe): Readonly<Record<string, string>> {
    return { ...this.#labels(probe), severity: probe.severity, team: probe.team };
  }
}

function newRecord(probe: PlannedProbe): Recorded {
  return {
    probe,
    runs: { pass: 0, fail: 0, inconclusive: 0 },
    skipped: 0,
    outcome: undefined,
    conclusive: undefined,
    endedAt: undefined,
    latenessMs: undefined,
    kept: [],
  };
}

/** The samples of the last run and, of those that are kept, the ones it did not have. */
function withKept(samples: readonly Sample[], kept: readonly Sample[]): readonly Sample[] {
  const all = [...samples, ...kept.filter(({ metric }) => !samples.some((sample) => sample.metric === metric))];
  // The same series twice would make Prometheus refuse everything that is exported: the last one stands.
  return all.filter((sample, i) => !all.slice(i + 1).some((later) => sameSeries(sample, later)));
}

function sameSeries(a: Sample, b: Sample): boolean {
  return a.metric === b.metric && sameLabels(a.labels ?? {}, b.labels ?? {});
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function seriesType(name: MetricName): 'gauge' | 'counter' {
  const { type } = metrics[name];
  if (type === 'histogram') throw new Error(`metric "${name}": a histogram is not kept per probe`);
  return type;
}
