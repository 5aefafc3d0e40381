import { connect } from 'node:net';
import type { Resolve } from '../model.ts';
import type { HostPort } from '../net/host-port.ts';

const timeoutMs = 1_000;
/** An answer stands for all that fail together. */
const keptMs = 2_000;

/**
 * What the user named as always reachable, such as `1.1.1.1:443`: when none of them can be reached, the uplink of the prober
 * is down. One connection to each, at most once in two seconds however many probes fail.
 */
export class References {
  readonly #resolve: Resolve;
  readonly #now: () => number;
  #targets: readonly HostPort[] = [];
  #asked: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined;

  /** @param options.now milliseconds that only go forward */
  constructor(options: { readonly resolve: Resolve; readonly now: () => number }) {
    this.#resolve = options.resolve;
    this.#now = options.now;
  }

  configure(targets: readonly HostPort[]): void {
    this.#targets = targets;
    this.#asked = undefined;
  }

  get named(): boolean {
    return this.#targets.length > 0;
  }

  /** Whether one of them answers. */
  answer(): Promise<boolean> {
    if (!this.#asked || this.#now() - this.#asked.atMs > keptMs) {
      const answer = Promise.any(this.#targets.map((target) => this.#reach(target))).then(
        () => true,
        () => false,
      );
      this.#asked = { atMs: this.#now(), answer };
    }
    return this.#asked.answer;
  }

  async #reach({ host, port }: HostPort): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    const [address] = await this.#resolve(host, 'any', signal);
    if (!address) throw new Error(`no address of ${host}`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect({ host: address.address, port, family: address.family });
    // A refusal came from there as well.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNREFUSED' ? resolve() : reject(error)));
    socket.once('connect', resolve);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    try {
      await promise;
    } finally {
      socket.destroy();
    }
  }
}
