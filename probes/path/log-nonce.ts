import { logNonceEveryMs } from '../../stack/alert-path.ts';
import type { Journal } from '../export/journal.ts';
import type { Clock } from '../model.ts';
import type { AlertPath } from './alert-path.ts';

interface LogNonceOptions {
  readonly clock: Clock;
  readonly path: AlertPath;
  readonly journal: Journal;
}

/** Writes a nonce into the log store every half minute: the Watchdog alert of its ruler brings it back. */
export class LogNonce implements Disposable {
  readonly #options: LogNonceOptions;
  #timer: Disposable;

  constructor(options: LogNonceOptions) {
    this.#options = options;
    this.#timer = this.#write();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  #write(): Disposable {
    const { clock, path, journal } = this.#options;
    journal.pathNonce(path.newNonce());
    return clock.after(logNonceEveryMs, () => {
      this.#timer = this.#write();
    });
  }
}
