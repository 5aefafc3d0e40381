/** The Prometheus text format, version 0.0.4: the writing side. https://prometheus.io/docs/instrumenting/exposition_formats/ */

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Families in the order given, each with its samples in the order given; a family without samples is left out. */
export function renderFamilies(families: readonly Family[]): string {
  return families
    .filter((family) => family.samples.length > 0)
    .map(renderFamily)
    .join('');
}

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${renderValue(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** An empty label value is the same as none, and is left out. */
function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `${label}="${escapeLabelValue(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
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
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
