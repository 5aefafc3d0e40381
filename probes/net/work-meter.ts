/** Measures the processor time of handlers: from where one begins to where all that it set off at once, promises too, is done. */
export class WorkMeter {
  readonly #worked: (ms: number) => void;
  #from: NodeJS.CpuUsage | undefined;

  /** @param worked gets the milliseconds of each handler, when it is done */
  constructor(worked: (ms: number) => void) {
    this.#worked = worked;
  }

  /** To be called first in a handler. */
  begin(): void {
    if (this.#from) return;
    this.#from = process.threadCpuUsage();
    // Ticks come between the microtasks that are waiting and those callbacks of the loop that follow.
    queueMicrotask(() => process.nextTick(this.#end));
  }

  readonly #end = () => {
    const { user, system } = process.threadCpuUsage(this.#from);
    this.#from = undefined;
    this.#worked((user + system) / 1_000);
  };
}
