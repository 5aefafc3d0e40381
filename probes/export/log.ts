import { type LogEvent, logFields } from '../../stack/log-fields.ts';
import type { Clock } from '../model.ts';

export type LogLevel = 'info' | 'warn' | 'error';
type FieldName = Exclude<keyof typeof logFields, 'event'>;

/** One thing that happened: a line for people, and the same as fields. */
export interface LogEntry {
  readonly event: LogEvent;
  readonly level: LogLevel;
  /** What a person reads. May have several lines. */
  readonly message: string;
  readonly fields?: Readonly<Partial<Record<FieldName, string | number>>>;
}

/** A record as the log store gets it: attribute names are those of `logFields`. */
export interface LogRecordOut {
  /** Unix milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface LogSink extends AsyncDisposable {
  /** Returns at once and never throws. */
  emit(record: LogRecordOut): void;
}

/** Writes every entry as a line, and hands it to the log store where there is one. */
export class Log {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  readonly #sink: LogSink | undefined;

  constructor(options: { clock: Clock; write: (line: string) => void; sink?: LogSink | undefined }) {
    this.#clock = options.clock;
    this.#write = options.write;
    this.#sink = options.sink;
  }

  record(entry: LogEntry): void {
    const { level, message } = entry;
    this.#write(`${new Date(this.#clock.now()).toISOString()} ${level.padEnd(5)} ${message}`);
    this.store(entry);
  }

  /** Only for the log store: nobody reads it as a line. */
  store({ event, level, message, fields = {} }: LogEntry): void {
    const at = this.#clock.now();
    const attributes: Record<string, string | number> = { [logFields.event]: event };
    for (const [name, value] of Object.entries(fields)) attributes[logFields[name as FieldName]] = value;
    this.#sink?.emit({ at, level, message, attributes });
  }
}
