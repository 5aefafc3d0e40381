import type { probeLabels } from '../../stack/labels.ts';
import { manyServices } from '../../stack/many-services.ts';
import { type MetricName, metrics } from '../../stack/metrics.ts';
import { type Verdict, verdicts } from '../../stack/reasons.ts';
import type { Clock, Outcome, PlannedProbe, ProbeState } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import { sameIdentity } from '../state/states.ts';
import { ExpositionWriter, labelText } from './exposition.ts';
import { LabelTexts } from './label-texts.ts';
import { RecordedSamples } from './recorded-samples.ts';

/** For how long a probe that is gone exports that it is not down: rules look back, and would keep it down for an hour. */
export const farewellMs = 30_000;

/** What the exporter needs to know of a run that has ended. */
export interface ExportedRun {
  readonly task: PlannedProbe;
  readonly scheduled: boolean;
  /** It began or ended in a maintenance window. */
  readonly inMaintenance?: boolean;
  readonly latenessMs?: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

interface Recorded {
  probe: PlannedProbe;
  /** The labels that all of its series have, those of its state, and those of its configuration, as text. */
  text: RecordedText;
  readonly runs: Record<Verdict, number>;
  /** Those in maintenance windows; undefined until there is one. */
  maintenanceRuns: Record<Verdict, number> | undefined;
  skipped: number;
  conclusive: Verdict | undefined;
  endedAt: number | undefined;
  latenessMs: number | undefined;
  durationMs: number | undefined;
  /** Of the last run, and those that it could not take away. */
  readonly samples: RecordedSamples;
}

interface RecordedText {
  readonly base: string;
  readonly state: string;
  readonly info: string;
}

/** The series of every probe: what it counted, what the last run reported, and what the state is. */
export class ProbeSeries {
  readonly #records = new ProbeMap<Recorded>();
  readonly #clock: Clock;
  readonly #stateOf: (probe: PlannedProbe) => ProbeState;
  #location = '';
  /** Labels as text. */
  #farewells: { readonly labels: string; readonly untilMs: number }[] = [];
  readonly #labelTexts = new LabelTexts();

  constructor(options: { clock: Clock; stateOf: (probe: PlannedProbe) => ProbeState }) {
    this.#clock = options.clock;
    this.#stateOf = options.stateOf;
  }

  /** Takes on a new configuration: no counter of a probe that stays is reset, and the series of one that goes, go. */
  configure(probes: readonly PlannedProbe[], location: string): void {
    const before = this.#records.values();
    const moved = location !== this.#location;
    const gone = new Set(before);
    const farewells = before.map((record) => ({ record, labels: downLabels(record) }));
    this.#location = location;
    for (const probe of probes) {
      const record = this.#records.get(probe);
      if (record && record.probe.target === probe.target && !moved) {
        if (sameIdentity(record.probe, probe)) gone.delete(record);
        record.probe = probe;
        record.text = textOf(probe, location);
      } else {
        this.#records.set(probe, newRecord(probe, location, this.#labelTexts));
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

  ended({ task, scheduled, inMaintenance, latenessMs, endedAt, outcome }: ExportedRun): void {
    const record = this.#records.get(task);
    if (!record) return;
    if (scheduled && inMaintenance) {
      record.maintenanceRuns ??= noRuns();
      record.maintenanceRuns[outcome.verdict]++;
    } else if (scheduled) {
      record.runs[outcome.verdict]++;
    }
    if (outcome.verdict !== 'inconclusive') record.conclusive = outcome.verdict;
    if (latenessMs !== undefined) record.latenessMs = latenessMs;
    record.endedAt = endedAt;
    record.durationMs = outcome.durationMs;
    record.samples.take(outcome.samples);
  }

  skipped(task: PlannedProbe, count: number): void {
    const record = this.#records.get(task);
    if (record) record.skipped += count;
  }

  /** When the last run ended, Unix milliseconds. */
  endedAt(probe: PlannedProbe): number | undefined {
    return this.#records.get(probe)?.endedAt;
  }

  /** All of it at once. */
  render(): string {
    return [...this.chunks()].join('');
  }

  /**
   * The exposition in parts, each of which takes a few milliseconds at most, so that runs go on between them; some are empty. A probe
   * that ran in the meantime shows its last run in one family and the one before in another, as it would between two scrapes.
   */
  *chunks(): Generator<string> {
    const writer = new ExpositionWriter();
    const records = this.#records.values();
    const farewells = this.#lastingFarewells();
    const sampled = new Set<MetricName>();
    for (const { samples } of records) {
      for (const metric of samples.metrics) sampled.add(metric);
      if (writer.isDue) yield writer.take();
    }
    for (const name of [...new Set([...ownFamilies.keys(), ...sampled])].sort()) {
      writer.family({ name, type: seriesType(name), help: metrics[name].help });
      const own = ownFamilies.get(name);
      for (const record of records) {
        if (!isNeverRun(record) || stateFamilies.has(name)) own?.(record, writer, this.#stateOf);
        if (sampled.has(name)) record.samples.write(name, record.text.base, writer);
        if (writer.isDue) yield writer.take();
      }
      if (name === 'watchpost_probe_down') this.#writeFarewells(farewells, records, writer);
    }
    yield writer.take();
  }

  #lastingFarewells(): readonly string[] {
    const nowMs = this.#clock.monotonic();
    this.#farewells = this.#farewells.filter(({ untilMs }) => untilMs > nowMs);
    return [...new Set(this.#farewells.map(({ labels }) => labels))];
  }

  #writeFarewells(farewells: readonly string[], records: readonly Recorded[], writer: ExpositionWriter): void {
    if (farewells.length === 0) return;
    // A probe that has come back under the same labels speaks for itself.
    const told = new Set(records.flatMap((record) => (this.#isJudged(record) ? [downLabels(record)] : [])));
    for (const labels of farewells) if (!told.has(labels)) writer.sample(0, labels);
  }

  #isJudged({ probe }: Recorded): boolean {
    return this.#stateOf(probe).status !== 'unknown';
  }
}

type WriteFamily = (record: Recorded, writer: ExpositionWriter, stateOf: (probe: PlannedProbe) => ProbeState) => void;

/** What stands for many services has a state, and nothing that comes of running. */
function isNeverRun({ probe: { service } }: Recorded): boolean {
  return service === manyServices.service;
}

const stateFamilies: ReadonlySet<MetricName> = new Set([
  'watchpost_probe_down',
  'watchpost_probe_failing_info',
  'watchpost_probe_down_since_timestamp_seconds',
]);

/** What every probe has, whatever its protocol. */
const ownFamilies: ReadonlyMap<MetricName, WriteFamily> = new Map<MetricName, WriteFamily>([
  [
    'probe_success',
    ({ conclusive, text }, writer) => {
      if (conclusive) writer.sample(conclusive === 'pass' ? 1 : 0, text.base);
    },
  ],
  ['probe_duration_seconds', ({ durationMs, text }, writer) => seconds(durationMs, text.base, writer)],
  [
    'watchpost_probe_down',
    ({ probe, text }, writer, stateOf) => {
      const { status } = stateOf(probe);
      // Unknown is left out, not 0: after a restart of this service a 0 would resolve the page of a target still down.
      if (status !== 'unknown') writer.sample(status === 'down' ? 1 : 0, text.base, text.state);
    },
  ],
  [
    'watchpost_probe_failing_info',
    ({ probe, text }, writer, stateOf) => {
      const state = stateOf(probe);
      if (state.status !== 'down') return;
      const { reason, found, expected, diagnosis } = state.outcome;
      const { tried = '', changed = '' } = diagnosis ?? {};
      writer.sample(1, text.base, labelText({ reason, found, expected, diagnosis: tried, changed }));
    },
  ],
  [
    'watchpost_probe_down_since_timestamp_seconds',
    ({ probe, text }, writer, stateOf) => {
      const state = stateOf(probe);
      if (state.status === 'down') seconds(state.since, text.base, writer);
    },
  ],
  ['watchpost_probe_last_run_timestamp_seconds', ({ endedAt, text }, writer) => seconds(endedAt, text.base, writer)],
  ['watchpost_probe_interval_seconds', ({ probe, text }, writer) => seconds(probe.everyMs, text.base, writer)],
  [
    'watchpost_probe_schedule_lateness_seconds',
    ({ latenessMs, text }, writer) => seconds(latenessMs, text.base, writer),
  ],
  [
    'watchpost_probe_runs_total',
    ({ runs, text }, writer) => {
      for (const verdict of verdicts) writer.sample(runs[verdict], text.base, verdictText[verdict]);
    },
  ],
  [
    'watchpost_probe_maintenance_runs_total',
    ({ maintenanceRuns, text }, writer) => {
      if (!maintenanceRuns) return;
      for (const verdict of verdicts) writer.sample(maintenanceRuns[verdict], text.base, verdictText[verdict]);
    },
  ],
  ['watchpost_probe_skipped_runs_total', ({ skipped, text }, writer) => writer.sample(skipped, text.base)],
  ['watchpost_probe_info', ({ text }, writer) => writer.sample(1, text.base, text.info)],
]);

const verdictText: Readonly<Record<Verdict, string>> = {
  pass: labelText({ verdict: 'pass' }),
  fail: labelText({ verdict: 'fail' }),
  inconclusive: labelText({ verdict: 'inconclusive' }),
};

function seconds(ms: number | undefined, labels: string, writer: ExpositionWriter): void {
  if (ms !== undefined) writer.sample(ms / 1_000, labels);
}

function downLabels({ text: { base, state } }: Recorded): string {
  return [base, state].filter(Boolean).join(',');
}

function textOf({ service, probe, target, kind, severity, team }: PlannedProbe, location: string): RecordedText {
  const labels: Record<(typeof probeLabels)[number], string> = { service, probe, target, location };
  return {
    base: labelText(labels),
    state: labelText({ severity, team }),
    info: labelText({ kind, severity, team }),
  };
}

function noRuns(): Record<Verdict, number> {
  return { pass: 0, fail: 0, inconclusive: 0 };
}

function newRecord(probe: PlannedProbe, location: string, texts: LabelTexts): Recorded {
  return {
    probe,
    text: textOf(probe, location),
    runs: noRuns(),
    maintenanceRuns: undefined,
    skipped: 0,
    conclusive: undefined,
    endedAt: undefined,
    latenessMs: undefined,
    durationMs: undefined,
    samples: new RecordedSamples(texts),
  };
}

function seriesType(name: MetricName): 'gauge' | 'counter' {
  const { type } = metrics[name];
  if (type === 'histogram') throw new Error(`metric "${name}": a histogram is not kept per probe`);
  return type;
}
