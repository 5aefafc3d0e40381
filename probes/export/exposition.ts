/** The Prometheus text format, version 0.0.4: the writing side. https://prometheus.io/docs/instrumenting/exposition_formats/ */

import type { MetricType } from '../../stack/metrics.ts';

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * The parts of the text format as OpenMetrics has them, which alone has exemplars: a family of counters is named without `_total`, no
 * line is empty, and there is an end. No part may end within the head of a family. Only where somebody asks for exemplars: it costs
 * as much again as what it is made of. https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export async function* openMetrics(parts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const part of parts) {
    yield part
      .replaceAll(/^# HELP (\w+)_total (.*)\n# TYPE \1_total counter$/gm, '# HELP $1 $2\n# TYPE $1 counter')
      .replaceAll(/^# HELP .*$/gm, (line) => line.replaceAll('"', '\\"'))
      .replaceAll(/\n{2,}/g, '\n');
  }
  yield '# EOF\n';
}

/** For how long a part is written before whoever sends it may let others have their turn, and how long it gets at most. */
const partMs = 2;
const partLength = 131_072;
/** The clock is looked at once in so many times that somebody asks: to ask it each time would cost as much as a line. */
const asksPerLook = 16;

/**
 * Writes families one after the other, each with its samples in the order given; a family without samples is left out.
 * Labels come as text that `labelText` made once: to escape them anew for every line of ten thousand probes took longer
 * than all the rest.
 */
export class ExpositionWriter {
  /** Joined when they are taken: a text that grows by every piece is a tree of as many objects. */
  #pieces: string[] = [];
  #length = 0;
  /** What is still to be written before the first sample of the family. */
  #head = '';
  #name = '';
  /** Up to the first label. */
  #opened = '';
  #asks = 0;
  /** Since when this part is being written; undefined where nobody has asked yet. */
  #beganMs: number | undefined;

  family({ name, type, help }: FamilyHead): void {
    this.#name = name;
    this.#opened = `${name}{`;
    this.#head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  }

  /**
   * @param more labels behind the others, as `labelText` makes them
   * @param suffix of the name, where a family has more than one: `_bucket`
   * @param exemplar as OpenMetrics has it, behind the value
   */
  sample(value: number, labels: string, more = '', suffix = '', exemplar?: string): void {
    if (this.#head !== '') {
      this.#pieces.push(this.#head);
      this.#head = '';
    }
    const pieces = this.#pieces;
    if (labels === '' && more === '') pieces.push(this.#name, suffix, ' ');
    else if (suffix === '') pieces.push(this.#opened, labels);
    else pieces.push(this.#name, suffix, '{', labels);
    if (more !== '') pieces.push(labels === '' ? '' : ',', more, '} ');
    else if (labels !== '') pieces.push('} ');
    if (exemplar === undefined) pieces.push(renderValue(value), '\n');
    else pieces.push(renderValue(value), ` # ${exemplar}\n`);
    // Near enough to know when a part is long enough.
    this.#length += this.#name.length + labels.length + more.length + 10;
  }

  /**
   * Whether the part should be taken now: so much time went by since the one before was taken, also where little was written in it.
   * A count of lines is no measure of time: on a slow machine, or where nothing comes of looking at ten thousand probes.
   */
  get isDue(): boolean {
    if (this.#length >= partLength) return true;
    if (this.#asks++ % asksPerLook !== 0) return false;
    const nowMs = performance.now();
    this.#beganMs ??= nowMs;
    return nowMs - this.#beganMs >= partMs;
  }

  /** What was written since it was last taken. */
  take(): string {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#asks = 0;
    this.#beganMs = undefined;
    return text;
  }
}

interface FamilyHead {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** `a="1",b="2"`. An empty label value is the same as none, and is left out. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}="${escapeLabelValue(value)}"`)
    .join(',');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** A carriage return is no part of the format's escapes, and half a surrogate pair is no UTF-8: neither may get out. */
function escapeLabelValue(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r', '')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
}

function renderValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
