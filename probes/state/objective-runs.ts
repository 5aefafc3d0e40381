import { type SloName, sloNames } from '../../stack/slo.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Outcome, PlannedProbe } from '../model.ts';
import type { StateStore } from './store/store.ts';

const metric = 'watchpost_slo_first_run_timestamp_seconds';

interface ObjectiveRunsOptions {
  readonly clock: Clock;
  readonly metrics: OwnMetrics;
  readonly store: StateStore | undefined;
}

type Counted = Pick<PlannedProbe, 'service' | 'hasAvailability' | 'fastWithinMs'>;

/**
 * The runs that count for objectives: how many were fast, and when the first one ended, over restarts where there is a data folder.
 * The time before it is all that an objective takes for good without having seen it; a gap later on is no such time.
 */
export class ObjectiveRuns {
  readonly #options: ObjectiveRunsOptions;
  /** By service and objective: Unix milliseconds, undefined until there was one. */
  readonly #first = new Map<string, Map<SloName, number | undefined>>();

  constructor(options: ObjectiveRunsOptions) {
    this.#options = options;
    for (const { service, slo, at } of options.store?.read('select service, slo, at from first_runs') ?? []) {
      const known = sloNames.find((name) => name === slo);
      if (known) this.#of(String(service)).set(known, Number(at));
    }
  }

  /** Takes on the objectives of a new configuration, and forgets the others: one that comes back later begins anew. */
  configure(probes: readonly Counted[]): void {
    const wanted = new Map<string, Set<SloName>>();
    for (const { service, hasAvailability, fastWithinMs } of probes) {
      const slos = wanted.get(service) ?? new Set();
      wanted.set(service, slos);
      if (hasAvailability) slos.add('availability');
      if (fastWithinMs !== undefined) slos.add('latency');
    }
    for (const [service, known] of this.#first) {
      for (const slo of known.keys()) if (!wanted.get(service)?.has(slo)) this.#forget(service, slo);
      if (known.size === 0) this.#first.delete(service);
    }
    for (const [service, slos] of wanted) {
      for (const slo of slos) {
        const at = this.#first.get(service)?.get(slo);
        this.#of(service).set(slo, at);
        if (at !== undefined) this.#options.metrics.set(metric, at / 1_000, { service, slo });
      }
    }
    this.#options.metrics.expect(probes);
  }

  /** A scheduled run has ended, outside of maintenance. */
  ran(probe: Counted, { verdict, durationMs }: Pick<Outcome, 'verdict' | 'durationMs'>): void {
    if (probe.hasAvailability && verdict !== 'inconclusive') this.#counted(probe.service, 'availability');
    if (probe.fastWithinMs === undefined || verdict !== 'pass') return;
    this.#counted(probe.service, 'latency');
    this.#options.metrics.passed(probe, durationMs);
  }

  #counted(service: string, slo: SloName): void {
    const at = Math.round(this.#options.clock.now());
    const known = this.#first.get(service);
    const first = known?.get(slo);
    // What lies ahead was dated by a clock that was ahead itself: it counts as now.
    if (!known?.has(slo) || (first !== undefined && first <= at)) return;
    known.set(slo, at);
    this.#options.metrics.set(metric, at / 1_000, { service, slo });
    const sql = 'insert or replace into first_runs values (?, ?, ?)';
    this.#options.store?.put(['first run', service, slo], sql, service, slo, at);
  }

  #forget(service: string, slo: SloName): void {
    this.#first.get(service)?.delete(slo);
    this.#options.metrics.remove(metric, { service, slo });
    const sql = 'delete from first_runs where service = ? and slo = ?';
    this.#options.store?.put(['first run', service, slo], sql, service, slo);
  }

  #of(service: string): Map<SloName, number | undefined> {
    const known = this.#first.get(service) ?? new Map<SloName, number | undefined>();
    this.#first.set(service, known);
    return known;
  }
}
