import { maintenanceMarkEveryMs } from '../../stack/maintenance.ts';
import type { Log } from '../export/log.ts';
import type { Clock } from '../model.ts';

interface MarksOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Those that are in a window. */
  readonly services: () => readonly string[];
}

/** Writes into the log store which services are in maintenance, for as long as they are: its rules know no windows. */
export class Marks implements Disposable {
  readonly #options: MarksOptions;
  #timer: Disposable | undefined;

  constructor(options: MarksOptions) {
    this.#options = options;
  }

  /** When that may have changed. */
  write(): void {
    const { clock, log, services } = this.#options;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const marked = services();
    for (const service of marked) {
      const message = `${service} is in maintenance`;
      log.store({ event: 'in_maintenance', level: 'info', message, fields: { maintenanceOf: service } });
    }
    if (marked.length > 0) this.#timer = clock.after(maintenanceMarkEveryMs, () => this.write());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
