/** The Prometheus text format, version 0.0.4: the writing side. https://prometheus.io/docs/instrumenting/exposition_formats/ */

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes families one after the other, each with its samples in the order given; a family without samples is left out.
 * Labels come as text that `labelText` made once: to escape them anew for every line of ten thousand probes took longer
 * than all the rest.
 */
export class ExpositionWriter {
  #text = '';
  /** What is still to be written before the first sample of the family. */
  #head = '';
  #name = '';

  family({
    name,
    type,
    help,
  }: {
    readonly name: string;
    readonly type: 'gauge' | 'counter';
    readonly help: string;
  }): void {
    this.#name = name;
    this.#head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  }

  /** @param more labels behind the others, as `labelText` makes them */
  sample(value: number, labels: string, more = ''): void {
    if (this.#head !== '') {
      this.#text += this.#head;
      this.#head = '';
    }
    this.#text += this.#name;
    if (labels !== '' || more !== '') {
      this.#text += '{';
      this.#text += labels;
      if (labels !== '' && more !== '') this.#text += ',';
      this.#text += more;
      this.#text += '}';
    }
    this.#text += ' ';
    this.#text += renderValue(value);
    this.#text += '\n';
  }

  get length(): number {
    return this.#text.length;
  }

  /** What was written since it was last taken. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
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
