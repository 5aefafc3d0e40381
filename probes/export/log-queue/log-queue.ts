/** Records that wait for the log store, oldest first. A record is a line of text without a line break. */
export interface LogQueue extends Disposable {
  /** Never throws: what it cannot take it drops, and says so to whoever made it. */
  append(line: string): void;
  /** The oldest, as many as the limits allow and one at least; none where none waits. They stay until they are removed. */
  first(limits: QueueLimits): readonly string[];
  /** Takes so many of those away that `first` gave last. */
  remove(count: number): void;
  readonly waiting: Waiting;
  /** Whether what waits outlives the process. */
  readonly isKept: boolean;
}

export interface QueueLimits {
  readonly records: number;
  readonly bytes: number;
}

export interface Waiting {
  readonly records: number;
  readonly bytes: number;
}
