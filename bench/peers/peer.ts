import type { Running } from '../machine.ts';
import type { Target } from '../target.ts';

export type Protocol = 'http' | 'https';

/** What is to be probed: `targets` addresses, each once every `everySeconds`. */
export interface Load {
  readonly protocol: Protocol;
  readonly targets: number;
  readonly everySeconds: number;
  readonly target: Target;
  /** For configurations and logs. */
  readonly folder: string;
}

/** A prober that is measured. */
export interface Peer {
  readonly name: string;
  /** What to install, where it is not on PATH; undefined where it is there. */
  missing(): string | undefined;
  start(load: Load): Promise<Probing>;
}

export interface Probing extends AsyncDisposable {
  readonly process: Running;
  /** What Prometheus reads; undefined where the probes are themselves what is read. */
  readonly metricsUrl?: string;
}
