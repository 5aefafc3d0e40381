/** One fault in the user's file. Positions count from 1; `length` is how many columns the caret line underlines. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** Path in the file, `services.panel.probes.ready.every`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What would be right, or the nearest known name: `did you mean "timeout"?` */
  readonly hint?: string;
}
