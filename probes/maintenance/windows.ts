import type { MaintenanceWindow } from '../../stack/maintenance.ts';
import type { Clock } from '../model.ts';
import { nextOccurrence, type Span } from './occurrence.ts';

/** The clock on the wall may be set: at least this often it is looked at. */
const lookAgainMs = 60_000;

/** The window that a service is in, or was in last. */
export interface ServiceWindow extends Span {
  readonly name: string;
}

interface WindowsOptions {
  readonly clock: Clock;
  /** Services that no window was under way for, and one is now. */
  readonly began: (services: readonly string[], window: ServiceWindow) => void;
  /** Services that no window is under way for any more. */
  readonly ended: (services: readonly string[], window: ServiceWindow) => void;
}

/** Which services are in a maintenance window, and when that changes. */
export class Windows implements Disposable {
  readonly #options: WindowsOptions;
  #windows: readonly MaintenanceWindow[] = [];
  #current: ReadonlyMap<string, ServiceWindow> = new Map();
  /** The last window of a service that is in none any more: a run that began in it is still a run of it. */
  readonly #past = new Map<string, ServiceWindow>();
  #timer: Disposable | undefined;

  constructor(options: WindowsOptions) {
    this.#options = options;
  }

  /** Takes on a new configuration. A window that is taken out while it is under way ends with that. */
  configure(windows: readonly MaintenanceWindow[]): void {
    this.#windows = windows;
    this.#look();
  }

  /** The window that is under way for a service; where there are several, the one that lasts longest. */
  of(service: string): ServiceWindow | undefined {
    return this.#current.get(service);
  }

  /** Whether a run that began then (Unix milliseconds) was one in a window, or is by now. */
  covers(service: string, startedAt: number): boolean {
    if (this.#current.has(service)) return true;
    const past = this.#past.get(service);
    if (past === undefined) return false;
    const now = this.#options.clock.now();
    // The clock was ahead when it ended. Else every run until then would be one in the window, and nobody would be paged.
    if (past.toMs > now) this.#past.set(service, { ...past, toMs: now });
    return startedAt < Math.min(past.toMs, now);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #look(): void {
    this.#timer?.[Symbol.dispose]();
    const { clock, began, ended } = this.#options;
    const now = clock.now();
    const spans = this.#windows.flatMap((window) => {
      const span = nextOccurrence(window.when, now);
      return span ? [{ window, span }] : [];
    });
    const before = this.#current;
    const current = new Map<string, ServiceWindow>();
    for (const { window, span } of spans.filter(({ span: { fromMs } }) => fromMs <= now)) {
      for (const service of window.services) {
        const known = current.get(service);
        if (!known || known.toMs < span.toMs) current.set(service, { name: window.name, ...span });
      }
    }
    this.#current = current;
    for (const [service, window] of before) {
      if (!current.has(service)) this.#past.set(service, { ...window, toMs: now });
    }
    for (const [window, services] of byWindow(without(current, before))) began(services, window);
    for (const [window, services] of byWindow(without(before, current))) ended(services, window);

    if (this.#windows.length === 0) return;
    const changes = spans.flatMap(({ span }) => [span.fromMs, span.toMs]).filter((ms) => ms > now);
    const restMs = Math.min(lookAgainMs, ...changes.map((ms) => ms - now));
    this.#timer = clock.after(restMs, () => this.#look());
  }
}

type Current = ReadonlyMap<string, ServiceWindow>;

function without(all: Current, others: Current): readonly (readonly [string, ServiceWindow])[] {
  return [...all].filter(([service]) => !others.has(service));
}

function byWindow(entries: readonly (readonly [string, ServiceWindow])[]): Iterable<[ServiceWindow, string[]]> {
  const grouped = new Map<string, [ServiceWindow, string[]]>();
  for (const [service, window] of entries) {
    const known = grouped.get(window.name);
    if (known) known[1].push(service);
    else grouped.set(window.name, [window, [service]]);
  }
  return grouped.values();
}
