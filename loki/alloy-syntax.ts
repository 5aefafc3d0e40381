/** A block of Alloy's configuration language: `discovery.docker "containers" { … }`. */
export interface AlloyBlock {
  readonly name: string;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, AlloyValue>>;
  readonly blocks: readonly AlloyBlock[];
}

export type AlloyValue =
  | string
  | number
  | boolean
  | Expression
  | readonly AlloyValue[]
  | { readonly [key: string]: AlloyValue };

class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A reference to what another block exports. */
export function expression(text: string): AlloyValue {
  return new Expression(text);
}

export function block(
  name: string,
  labels: readonly string[],
  attributes: Readonly<Record<string, AlloyValue>>,
  blocks: readonly AlloyBlock[] = [],
): AlloyBlock {
  return { name, labels, attributes, blocks };
}

/** As `alloy fmt` writes it: one attribute a line, tabs, equals signs in a column. */
export function render(given: AlloyBlock): string {
  return renderAt(given, '');
}

function renderAt({ name, labels, attributes, blocks }: AlloyBlock, indent: string): string {
  const inner = `${indent}\t`;
  const entries = Object.entries(attributes).map(([key, value]) => ({ key, text: literal(value, inner) }));
  const lines = alignedRuns(entries).map((run) => aligned(run, inner));
  const inside = [...(lines.length > 0 ? [lines.join('')] : []), ...blocks.map((child) => renderAt(child, inner))];
  return `${indent}${[name, ...labels.map((label) => JSON.stringify(label))].join(' ')} {\n${inside.join('\n')}${indent}}\n`;
}

interface Entry {
  readonly key: string;
  readonly text: string;
}

/** A value of several lines ends the column. */
function alignedRuns(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const runs: Entry[][] = [[]];
  for (const entry of entries) {
    runs.at(-1)?.push(entry);
    if (entry.text.includes('\n')) runs.push([]);
  }
  return runs;
}

function aligned(entries: readonly Entry[], indent: string): string {
  const width = Math.max(0, ...entries.map(({ key }) => key.length));
  return entries.map(({ key, text }) => `${indent}${key.padEnd(width)} = ${text}\n`).join('');
}

function literal(value: AlloyValue, indent: string): string {
  if (value instanceof Expression) return value.text;
  if (isList(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  if (typeof value === 'object') return objectLiteral(value, indent);
  return JSON.stringify(value);
}

function objectLiteral(value: Readonly<Record<string, AlloyValue>>, indent: string): string {
  const inner = `${indent}\t`;
  const width = Math.max(...Object.keys(value).map((key) => key.length));
  const lines = Object.entries(value).map(([key, item]) => `${inner}${key.padEnd(width)} = ${literal(item, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function isList(value: AlloyValue): value is readonly AlloyValue[] {
  return Array.isArray(value);
}
