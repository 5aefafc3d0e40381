import type { Exporter } from './exporters.ts';
import type { Part } from './parts.ts';

/** A file that a generator wants written; nothing is written by the generator itself. */
export interface GeneratedFile {
  /** Relative to the output root, with `/`: `prometheus/generated/prometheus.yaml`. */
  readonly path: string;
  /** Ends with a newline. Holds no secret and no value of a variable. */
  readonly content: string;
}

/** The folders that hold generated files, one beside each generator. */
export const generatedFolders = ['alerts', 'dashboards', 'grafana', 'loki', 'prometheus', 'probes'] as const;
export type GeneratedFolder = (typeof generatedFolders)[number];

/**
 * Where the stack runs, as far as a generator must know: the same configuration serves compose, where parts have names
 * and folders are mounted, and the native way, where all is on 127.0.0.1 and paths are those of the host.
 */
export interface Surroundings {
  readonly target: 'compose' | 'native';
  /** `host:port` at which the other parts reach this one: `prometheus:9090` or `127.0.0.1:9090`. */
  address(part: Part): string;
  /** Host and port of a target, rewritten where the host is the name of a part and the way is native. */
  reach(hostPort: string): string;
  /** The folder in which a running component finds what was generated into `<folder>/generated`. No trailing slash. */
  folder(folder: GeneratedFolder): string;
  /** The folder that a part keeps its data in. No trailing slash. */
  data(part: Part): string;
  /** The path under which a component reads a secret that `watchpost.yaml` names by file. */
  secret(path: string): string;
  /** `host:port` at which Prometheus reaches the exporter of a service; undefined where it does not run. */
  exporter(exporter: Exporter): string | undefined;
  /** Whether the part runs at all, so that nothing waits for one that does not. */
  has(part: Part): boolean;
}
