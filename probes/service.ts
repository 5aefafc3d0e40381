import { Deploys } from './deploys/deploys.ts';
import { Diagnoses } from './diagnose/diagnoses.ts';
import { openMetrics } from './export/exposition.ts';
import { setFirstValues } from './export/first-values.ts';
import { Journal } from './export/journal.ts';
import { Log, type LogLevel, type LogSink } from './export/log.ts';
import { tryOtlpSink } from './export/otlp-sink.ts';
import { OwnMetrics } from './export/own-metrics.ts';
import { ProbeSeries } from './export/probe-series.ts';
import { Tracing } from './export/tracing.ts';
import type { MakeControls } from './health/controls.ts';
import { Health } from './health/health.ts';
import { OutboundHeartbeat } from './health/outbound-heartbeat.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import type { Clock, Outcome, Plan, PlannedProbe, Resolve, Transition } from './model.ts';
import type { NamedResolver } from './net/other-resolvers.ts';
import { Paging } from './paging.ts';
import { ProbeMap } from './probe-map.ts';
import { runsAlike } from './runs-alike.ts';
import { attempt } from './schedule/attempt.ts';
import { type RunReport, Scheduler } from './schedule/scheduler.ts';
import { KeptStates } from './state/kept-states.ts';
import { Memories } from './state/memories.ts';
import { ObjectiveRuns } from './state/objective-runs.ts';
import { outageProbes } from './state/outage.ts';
import { ProbeStates } from './state/states.ts';
import { StateStore } from './state/store/store.ts';
import { deployRoute } from './status/deploys.ts';
import { heartbeatPath, heartbeatRoutes } from './status/heartbeats.ts';
import { serve } from './status/http.ts';
import { Receipts } from './status/receipts.ts';
import { statusRoutes } from './status/routes.ts';
import { readVersion } from './version.ts';

export type Loaded = { readonly plan: Plan } | { readonly problem: string };
type Reloaded = { readonly ok: true } | { readonly ok: false; readonly problem: string };

export interface ServiceOptions {
  /** Reads the configuration, now and at each reload. `problem` is for people: the rendered diagnostics. */
  readonly load: () => Promise<Loaded>;
  /** Port 0 takes any. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Base URL. Without it nothing is posted. */
  readonly alertmanager?: string;
  /** Base URL of the Prometheus whose alerts go to that Alertmanager: its Watchdog alert is awaited. Without it none is. */
  readonly prometheus?: string;
  /** The same of the Loki whose ruler sends its alerts to that Alertmanager, and which gets the records (`otlpLogs`). */
  readonly loki?: string;
  /** Pages and resolves are sent from here: there is no Alertmanager. */
  readonly direct: boolean;
  /** Base of an OTLP endpoint, `http://loki:3100/otlp`. Without it records are only written as lines. */
  readonly otlpLogs?: string;
  /** Folder for what outlives the process. Without it everything is in memory. */
  readonly data?: string;
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** Other ways to resolve a name, to compare with in a diagnosis. */
  readonly resolvers?: () => readonly NamedResolver[];
  /** The prober's own controls. Without it there are none. */
  readonly controls?: MakeControls;
  /** The Markdown of an alert's runbook. */
  readonly runbook: (alertname: string) => Promise<string | undefined>;
  /** Takes log lines for people. */
  readonly write: (line: string) => void;
}

export interface Service extends AsyncDisposable {
  readonly url: string;
  /** Reads the configuration again; a wrong one changes nothing. Calls are taken one after the other. */
  reload(): Promise<Reloaded>;
}

/**
 * Starts probing. Rejects where the configuration is wrong (the message is the rendered diagnostics) or the port is
 * taken. The caller disposes it: that stops all runs, sends what is left of the log, and closes everything.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const loaded = await options.load();
  if ('problem' in loaded) throw new Error(loaded.problem);
  const engine = new Engine(options, loaded.plan, await readVersion());
  try {
    return await engine.start();
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

/** All parts of the service, and what one tells another. */
class Engine implements Service {
  url = '';
  readonly #options: ServiceOptions;
  readonly #clock: Clock;
  readonly #metrics = new OwnMetrics();
  readonly #sink: LogSink | undefined;
  readonly #log: Log;
  readonly #journal: Journal;
  readonly #series: ProbeSeries;
  readonly #states: ProbeStates;
  readonly #store: StateStore | undefined;
  readonly #kept: KeptStates | undefined;
  readonly #memories: Memories;
  readonly #objectiveRuns: ObjectiveRuns;
  readonly #tracing: Tracing;
  readonly #deploys: Deploys;
  readonly #diagnoses: Diagnoses;
  readonly #health: Health;
  readonly #maintenance: Maintenance;
  readonly #scheduler: Scheduler<PlannedProbe>;
  readonly #paging: Paging;
  readonly #receipts: Receipts;
  readonly #outbound: OutboundHeartbeat;
  readonly #stop = new AbortController();
  #plan: Plan;
  #server: AsyncDisposable | undefined;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(options: ServiceOptions, plan: Plan, version: string) {
    const { clock, resolve, write } = options;
    this.#options = options;
    this.#clock = clock;
    this.#plan = plan;
    setFirstValues(this.#metrics, version);
    this.#log = new Log({ clock, write });
    this.#journal = new Journal({ log: this.#log, clock });
    // It locks the data folder, in which the records for the log store wait.
    this.#store = this.#startStore();
    const say = (level: LogLevel, message: string) => this.#log.record({ event: 'log_store', level, message });
    this.#sink = tryOtlpSink(options, plan.environment, this.#metrics, say);
    this.#log.sendTo(this.#sink);
    this.#kept = this.#store && new KeptStates(this.#store);
    this.#tracing = new Tracing({ clock, log: this.#log, metrics: this.#metrics });
    this.#deploys = new Deploys({ clock, log: this.#log, metrics: this.#metrics, store: this.#store });
    this.#memories = new Memories({ clock, store: this.#store });
    this.#objectiveRuns = new ObjectiveRuns({ clock, metrics: this.#metrics, store: this.#store });
    this.#health = new Health({
      ...{ clock, resolve, metrics: this.#metrics, log: this.#log, controls: options.controls },
      stuck: () => this.#stuck(),
      internal: (place, error) => this.#internal(place, error),
    });
    this.#maintenance = new Maintenance({
      ...{ clock, metrics: this.#metrics, log: this.#log },
      ask: (probe, notBeforeMs) => this.#scheduler.runNow(probe, notBeforeMs, true),
    });
    this.#diagnoses = new Diagnoses({
      clock,
      resolve,
      resolvers: options.resolvers ?? (() => []),
      stop: this.#stop.signal,
      memoryOf: (probe) => this.#memories.of(probe),
      reference: () => this.#health.reference(),
      others: (probe) => this.#states.others(probe),
      deployed: (service) => this.#deploys.latest(service),
      internal: (place, error) => this.#internal(place, error),
    });
    this.#states = new ProbeStates({
      clock,
      kept: (probe) => this.#kept?.of(probe),
      keep: (probe, state) => this.#kept?.keep(probe, state),
      diagnose: (probe, outcome) => this.#diagnoses.diagnose(probe, outcome),
      ask: (probe, notBeforeMs) => this.#scheduler.runNow(probe, notBeforeMs),
      muted: (service, startedAt) => this.#maintenance.covers(service, startedAt),
      changed: (transition) => this.#changed(transition),
    });
    this.#series = new ProbeSeries({ clock, stateOf: (probe) => this.#states.of(probe) });
    this.#scheduler = new Scheduler({
      clock,
      resolve,
      memoryOf: (probe) => this.#memories.of(probe),
      observer: {
        needsConfirming: (probe) => this.#states.needsConfirming(probe),
        failing: (probe, outcome) => this.#failing(probe, outcome),
        ended: (report) => this.#ended(report),
        skipped: (probe, count) => this.#series.skipped(probe, count),
        internal: (place, error) => this.#internal(place, error),
        trace: (probe) => this.#tracing.begin(probe),
        judge: (...attempted) => this.#health.judge(...attempted),
      },
    });
    this.#paging = new Paging({
      ...options,
      ...{ journal: this.#journal, metrics: this.#metrics, store: this.#store },
      plan: () => this.#plan,
      down: () => this.#states.down(),
      internal: (place, error) => this.#internal(place, error),
    });
    this.#receipts = new Receipts({ clock, log: this.#log, metrics: this.#metrics, plan: () => this.#plan });
    this.#outbound = new OutboundHeartbeat({
      ...{ clock, metrics: this.#metrics, log: this.#log, plan: () => this.#plan },
      unhealthy: () => this.#unhealthy(),
      internal: (error) => this.#internal('heartbeat', error),
    });
  }

  async start(): Promise<Service> {
    const { listen, runbook } = this.#options;
    const routes = statusRoutes({
      plan: () => this.#plan,
      probes: () =>
        this.#plan.probes.map((probe) => ({
          probe,
          state: this.#states.of(probe),
          lastRunAt: this.#series.endedAt(probe),
          window: this.#maintenance.of(probe.service),
        })),
      metrics: () => this.#exposition(),
      openMetrics: () => (this.#plan.traces ? openMetrics(this.#exposition(true)) : undefined),
      unhealthy: () => this.#unhealthy(),
      unready: () => (this.#stop.signal.aborted ? 'the service is stopping' : undefined),
      reload: () => this.reload(),
      tryOnce: (probe) => this.#tryOnce(probe),
      heartbeatPath: (probe) => heartbeatPath(probe, this.#memories),
      heartbeats: heartbeatRoutes({ clock: this.#clock, plan: () => this.#plan, memories: this.#memories }),
      deploys: deployRoute({
        clock: this.#clock,
        plan: () => this.#plan,
        take: (deploy) => this.#deploys.take(deploy),
      }),
      runbook,
      receipt: (notification) => this.#receipts.take(notification),
      watchdog: (notification) => this.#paging.watchdog(notification),
    });
    const server = await serve({ ...listen, routes, internal: (error) => this.#internal('status', error) });
    this.#server = server;
    this.url = server.url;
    this.#log.record({ event: 'started', level: 'info', message: `probe service listens on ${server.url}` });
    this.#apply(this.#plan, []);
    await this.#health.start();
    this.#outbound.start();
    return this;
  }

  reload(): Promise<Reloaded> {
    const result = this.#reloading.then(() => this.#reload());
    this.#reloading = result;
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#log.record({ event: 'stopping', level: 'info', message: 'probe service stops' });
    await this.#reloading;
    await this.#scheduler[Symbol.asyncDispose]();
    this.#maintenance[Symbol.dispose]();
    this.#states[Symbol.dispose]();
    const parts = [this.#paging, this.#server, this.#health, this.#outbound, this.#tracing];
    await Promise.all(parts.map((part) => part?.[Symbol.asyncDispose]()));
    this.#store?.[Symbol.dispose]();
    this.#journal[Symbol.dispose]();
    await this.#sink?.[Symbol.asyncDispose]();
  }

  async #reload(): Promise<Reloaded> {
    if (this.#stop.signal.aborted) return { ok: false, problem: 'the service is stopping' };
    const loaded = await this.#options.load().catch((error: unknown): Loaded => {
      this.#internal('reload', error);
      return { problem: `the configuration could not be read: ${error instanceof Error ? error.message : error}` };
    });
    if (this.#stop.signal.aborted) return { ok: false, problem: 'the service is stopping' };
    if ('problem' in loaded) {
      this.#metrics.set('watchpost_config_last_reload_successful', 0);
      const message = `the new configuration was refused; the one before stays in force\n${loaded.problem}`;
      this.#log.record({ event: 'config_refused', level: 'error', message });
      return { ok: false, problem: loaded.problem };
    }
    const before = this.#plan.probes;
    this.#plan = loaded.plan;
    this.#apply(loaded.plan, before);
    return { ok: true };
  }

  /** Takes on a plan. A probe that has not changed runs on, with its counters and its place on the grid. */
  #apply(plan: Plan, before: readonly PlannedProbe[]): void {
    const known = new ProbeMap<PlannedProbe>();
    const wanted = new ProbeMap<PlannedProbe>();
    for (const probe of before) known.set(probe, probe);
    for (const probe of plan.probes) wanted.set(probe, probe);

    this.#maintenance.configure(plan);
    const watched = [...plan.probes, ...outageProbes(plan.probes)];
    this.#states.configure(watched, plan.dependencies);
    this.#kept?.retain(watched);
    this.#memories.configure(plan.probes);
    this.#objectiveRuns.configure(plan.probes);
    this.#series.configure(watched, plan.location);
    this.#journal.configure(plan);
    this.#deploys.configure(plan);
    this.#tracing.configure(plan);
    this.#health.configure(plan);
    for (const probe of before) {
      if (wanted.has(probe)) continue;
      this.#scheduler.remove(probe);
      this.#journal.removed(probe);
      this.#diagnoses.forget(probe);
    }
    const changed = new Set(plan.probes.filter((probe) => !runsAlike(known.get(probe), probe)));
    for (const probe of plan.probes) {
      if (changed.has(probe)) this.#scheduler.set(probe);
      else this.#scheduler.rename(probe);
    }
    this.#paging.configured();

    this.#metrics.set('watchpost_config_last_reload_successful', 1);
    this.#metrics.set('watchpost_config_last_reload_success_timestamp_seconds', this.#clock.now() / 1_000);
    this.#metrics.describe('watchpost_config_info', { hash: plan.hash });
    const services = new Set(plan.probes.map(({ service }) => service)).size;
    const counted = `${plan.probes.length} probes of ${services} services, ${changed.size} of them new or changed`;
    this.#log.record({
      event: 'config_loaded',
      level: 'info',
      message: `configuration ${plan.hash.slice(0, 12)} is in force: ${counted}`,
    });
  }

  #failing(probe: PlannedProbe, outcome: Outcome): void {
    this.#journal.failed(probe, outcome, 'not confirmed', this.#maintenance.of(probe.service));
    this.#states.failing(probe);
  }

  #ended(report: RunReport<PlannedProbe>): void {
    const { task, scheduled, outcome } = report;
    const wasDown = !this.#states.needsConfirming(task);
    const inMaintenance = this.#maintenance.covers(task.service, report.startedAt);
    this.#series.ended({ ...report, inMaintenance });
    if (scheduled && !inMaintenance) {
      const labels = { service: task.service };
      const traced = outcome.span && { traceId: outcome.span.traceId, at: report.endedAt };
      this.#metrics.observe('watchpost_service_probe_duration_seconds', outcome.durationMs / 1_000, labels, traced);
      this.#store?.ran(task, outcome.verdict, outcome.durationMs);
      this.#objectiveRuns.ran(task, outcome);
    }
    if (outcome.verdict !== 'pass') {
      const { verdict, reason } = outcome;
      this.#metrics.add('watchpost_service_failed_runs_total', 1, { service: task.service, verdict, reason });
    }
    if (outcome.verdict === 'inconclusive') this.#journal.inconclusive(task, outcome);
    if (outcome.verdict === 'pass') {
      this.#diagnoses.passed(task, outcome, report.endedAt);
      this.#journal.passed(task, outcome);
    }
    this.#states.ended(report);
    this.#maintenance.ran(report);
    if (outcome.verdict === 'fail' && (wasDown || inMaintenance)) {
      this.#journal.failed(task, outcome, 'confirmed', this.#maintenance.of(task.service));
    }
  }

  #changed(transition: Transition): void {
    this.#journal.changed(transition);
    this.#kept?.changed(transition);
    this.#paging.changed(transition);
  }

  #internal(place: string, error: unknown): void {
    this.#metrics.add('watchpost_internal_errors_total', 1, { place });
    this.#journal.internal(place, error);
  }

  async *#exposition(withExemplars = false): AsyncGenerator<string> {
    this.#paging.scraped();
    yield* this.#series.chunks();
    yield* this.#metrics.parts(withExemplars);
  }

  #unhealthy(): string | undefined {
    const { count, words } = this.#stuck();
    return count === 0 ? undefined : words;
  }

  #stuck(): { readonly count: number; readonly words: string } {
    const stuck = this.#scheduler.stuck();
    const shown = stuck
      .slice(0, 10)
      .map(({ task, overdueMs }) => `${task.service}/${task.probe} (${Math.round(overdueMs / 1_000)} s)`);
    const count = stuck.length;
    const words = `overdue by more than intervals, time limits and re-checks explain, ${count} in all: ${shown.join(', ')}`;
    return { count, words };
  }

  #tryOnce(probe: PlannedProbe): Promise<Outcome> {
    const { clock, resolve } = this.#options;
    const internal = (place: string, error: unknown) => this.#internal(place, error);
    return attempt(probe, { clock, resolve, stop: this.#stop.signal, internal, memory: this.#memories.of(probe) });
  }

  #startStore(): StateStore | undefined {
    const { data: folder, clock } = this.#options;
    if (folder === undefined) return undefined;
    return new StateStore({
      folder,
      now: () => clock.now(),
      wrote: (ok) => {
        this.#metrics.add('watchpost_state_writes_total', 1, { result: ok ? 'ok' : 'failed' });
        if (ok) this.#metrics.set('watchpost_state_last_write_timestamp_seconds', clock.now() / 1_000);
      },
      say: (level, message) => this.#log.record({ event: 'state', level, message }),
    });
  }
}
