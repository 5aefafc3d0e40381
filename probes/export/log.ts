import { type LogEvent, logFields } from '../../stack/log-fields.ts';
import type { Clock, SpanId } from '../model.ts';

export type LogLevel = 'info' | 'warn' | 'error';
type FieldName = Exclude<keyof typeof logFields, 'event'>;

/** One thing that happened: a line for people, and the same as fields. */
export interface LogEntry {
  readonly event: LogEvent;
  readonly level: LogLevel;
  /** What a person reads. May have several lines. */
  readonly message: string;
  readonly fields?: Readonly<Partial<Record<FieldName, string | number>>>;
  /** When it happened, Unix milliseconds, where that is not now. */
  readonly at?: number;
  /** The span of the run that it is about, where that was traced. */
  readonly span?: SpanId;
}

/** A record as the log store gets it: attribute names are those of `logFields`. */
export interface LogRecordOut {
  /** Unix milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly span?: SpanId;
}

export interface LogSink extends AsyncDisposable {
  /** Returns at once and never throws. */
  emit(record: LogRecordOut): void;
}

/** Writes every entry as a line, and hands it to the log store where there is one. */
export class Log {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  #sink: LogSink | undefined;
  /** What is recorded before it is known where to. */
  #early: LogRecordOut[] | undefined = [];

  /** @param options without a `sink`, even undefined, records wait for `sendTo` */
  constructor(options: { clock: Clock; write: (line: string) => void; sink?: LogSink | undefined }) {
    this.#clock = options.clock;
    this.#write = options.write;
    if ('sink' in options) this.sendTo(options.sink);
  }

  /** Where records go, those from before as well; undefined where there is no log store. */
  sendTo(sink: LogSink | undefined): void {
    this.#sink = sink;
    for (const record of this.#early ?? []) sink?.emit(record);
    this.#early = undefined;
  }

  record(entry: LogEntry): void {
    const { level, message } = entry;
    this.#write(`${new Date(this.#clock.now()).toISOString()} ${level.padEnd(5)} ${message}`);
    this.store(entry);
  }

  /** Only for the log store: nobody reads it as a line. */
  store({ event, level, message, fields = {}, span, at = this.#clock.now() }: LogEntry): void {
    const attributes: Record<string, string | number> = { [logFields.event]: event };
    for (const [name, value] of Object.entries(fields)) attributes[logFields[name as FieldName]] = value;
    const record = { at, level, message, attributes, ...(span && { span }) };
    if (this.#early) this.#early.push(record);
    else this.#sink?.emit(record);
  }
}
