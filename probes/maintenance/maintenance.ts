import type { Log } from '../export/log.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Plan, PlannedProbe } from '../model.ts';
import { FirstRuns, type FirstRunsSummary } from './first-runs.ts';
import { Marks } from './marks.ts';
import { type ServiceWindow, Windows } from './windows.ts';

interface MaintenanceOptions {
  readonly clock: Clock;
  readonly metrics: OwnMetrics;
  readonly log: Log;
  /** Asks for a run that begins after this (monotonic), whatever the state of the probe. */
  readonly ask: (probe: PlannedProbe, notBeforeMs: number) => void;
}

/**
 * Maintenance windows: probes run on in them, their runs are counted apart, and nobody is paged for what fails. When a
 * window ends, each of its probes is run at once, and what came of it is told in one line.
 */
export class Maintenance implements Disposable {
  readonly #options: MaintenanceOptions;
  readonly #windows: Windows;
  readonly #marks: Marks;
  readonly #firstRuns = new Set<FirstRuns>();
  #probes: readonly PlannedProbe[] = [];
  /** The services that a window names. */
  #named: ReadonlySet<string> = new Set();

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.#marks = new Marks({ ...options, services: () => [...this.#named].filter((service) => this.of(service)) });
    this.#windows = new Windows({
      clock: options.clock,
      began: (services, window) => this.#began(services, window),
      ended: (services, window) => this.#ended(services, window),
    });
  }

  /** Takes on a new configuration. A window that is taken out while it is under way ends with that. */
  configure({ maintenance, probes }: Plan): void {
    const { metrics } = this.#options;
    const named = new Set(maintenance.flatMap(({ services }) => services));
    for (const service of this.#named) if (!named.has(service)) metrics.remove(metricName, { service });
    this.#named = named;
    this.#probes = probes;
    this.#windows.configure(maintenance);
    for (const service of named) metrics.set(metricName, this.#windows.of(service) ? 1 : 0, { service });
  }

  /** The window that a service is in. */
  of(service: string): ServiceWindow | undefined {
    return this.#windows.of(service);
  }

  /** Whether a run that began then (Unix milliseconds) was in a window, or is by now. */
  covers(service: string, startedAt: number): boolean {
    return this.#windows.covers(service, startedAt);
  }

  /** A run has ended. */
  ran(run: Parameters<FirstRuns['ran']>[0]): void {
    for (const waiting of this.#firstRuns) waiting.ran(run);
  }

  [Symbol.dispose](): void {
    this.#windows[Symbol.dispose]();
    this.#marks[Symbol.dispose]();
    for (const waiting of this.#firstRuns) waiting[Symbol.dispose]();
  }

  #began(services: readonly string[], { name, toMs }: ServiceWindow): void {
    const { metrics, log } = this.#options;
    for (const service of services) metrics.set(metricName, 1, { service });
    const until = new Date(toMs).toISOString();
    log.record({
      event: 'maintenance',
      level: 'info',
      message: `maintenance "${name}" until ${until}: nobody is paged for ${sayServices(services)}`,
    });
    this.#marks.write();
  }

  #ended(services: readonly string[], { name }: ServiceWindow): void {
    const { clock, metrics, log, ask } = this.#options;
    for (const service of services) if (this.#named.has(service)) metrics.set(metricName, 0, { service });
    const ended = `maintenance "${name}" of ${sayServices(services)} has ended`;
    const probes = this.#probes.filter(({ service }) => services.includes(service));
    this.#marks.write();
    if (probes.length === 0) {
      log.record({ event: 'maintenance', level: 'info', message: ended });
      return;
    }
    const waiting = new FirstRuns({
      clock,
      probes,
      ask,
      done: (summary) => {
        this.#firstRuns.delete(waiting);
        const level = summary.passed === probes.length ? 'info' : 'warn';
        log.record({ event: 'maintenance', level, message: `${ended}: ${say(summary, probes.length)}` });
      },
    });
    this.#firstRuns.add(waiting);
  }
}

const metricName = 'watchpost_service_maintenance';
const mostShown = 10;

/** `5 of 6 probes pass; shop/ready: found status 503, expected status 200`. */
function say({ passed, others, silent }: FirstRunsSummary, count: number): string {
  const shown = others.slice(0, mostShown).map(({ probe, outcome }) => {
    const { verdict, found, expected } = outcome;
    const words = verdict === 'fail' ? `found ${found}, expected ${expected}` : `inconclusive, ${found}`;
    return `${probe.service}/${probe.probe}: ${words}`;
  });
  const more = others.length - shown.length;
  return [
    `${passed} of ${count} probes pass`,
    ...shown,
    ...(more > 0 ? [`${more} more do not`] : []),
    ...(silent > 0 ? [`${silent} did not answer in time`] : []),
  ].join('; ');
}

function sayServices(services: readonly string[]): string {
  const shown = services.slice(0, mostShown).join(', ');
  return services.length > mostShown ? `${shown} and ${services.length - mostShown} more` : shown;
}
