import type { Config } from '../config/model.ts';
import type { Part } from '../stack/parts.ts';
import type { GeneratedFile } from '../stack/surroundings.ts';

/** The stack that runs now, whichever way it was started: what `reload` does to it. */
export interface RunningStack {
  /** `natively` or `by Docker Compose`. */
  readonly way: string;
  /** Whose variables its probe service gets: those that we see, or those that it was started with. */
  readonly variables: 'ours' | 'its own';
  readonly present: ReadonlySet<Part>;
  /** Where generated files go, and the folders that hold nothing else. */
  readonly root: string;
  readonly folders: readonly string[];
  /** Base URL of a part, as reached from here. */
  url(part: Part): string;
  generate(config: Config): readonly GeneratedFile[];
  /** Lets each component's own tool judge a configuration that is not live. @returns their refusals */
  refusals(config: Config): Promise<readonly { readonly part: Part; readonly words: string }[]>;
  /** After the files were written, before the parts are told: what the way itself must take over. */
  adopt(changed: readonly string[]): Promise<void>;
  /** Ends a part, so that it is started anew. */
  restart(part: Part): Promise<void>;
  /** Grafana's admin password, where it can be read. */
  grafanaPassword(): Promise<string | undefined>;
}
