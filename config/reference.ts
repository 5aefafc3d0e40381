import { probeLabels } from '../stack/labels.ts';
import { httpPhases, type MetricDefinition, metrics } from '../stack/metrics.ts';
import { reasons, verdicts } from '../stack/reasons.ts';
import { annotatedSchema, type JsonSchema } from './json-schema.ts';
import { knownProbers } from './probe.ts';
import { commonOptions } from './schema.ts';

/** Pages of the reference, in Markdown, made from the tables and schemas that the code itself runs on. */

interface Row {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

export function optionReference(): string {
  const root = annotatedSchema();
  const member = (schema: JsonSchema | undefined, key: string) => schema?.properties?.[key];
  const inner = (schema: JsonSchema | undefined) =>
    typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const service = inner(member(root, 'services'));
  const probes = inner(member(service, 'probes'))?.anyOf ?? [];
  const isCommon = ({ key }: Row) => Object.hasOwn(commonOptions.shape, key.split('.')[0] ?? '');
  const [first] = probes;
  return page('Options of watchpost.yaml', [
    'Durations are whole numbers with units: `500ms`, `10s`, `1h30m`, `21d`. A name has lower-case letters, digits, `-` and `_`.',
    `In what a probe sends (every key of a probe but ${Object.keys(commonOptions.shape)
      .map(code)
      .join(
        ', ',
      )}) \`\${NAME}\` stands for a variable of the probe service, and \`$\${\` for the two characters themselves.`,
    ...section('The file', rows(root, '', 1)),
    ...['defaults', 'urls', 'notify'].flatMap((key) => section(code(key), rows(member(root, key)))),
    ...section(
      code('maintenance'),
      rows(member(root, 'maintenance')?.items),
      'A list; each of its windows has these keys.',
    ),
    ...section(code('services.<name>'), rows(service, '', 3, ['probes'])),
    ...section(code('services.<name>.probes.<name>'), rows(first).filter(isCommon)),
    `Beside these stands exactly one protocol with its options: ${knownProbers.map(({ kind }) => code(kind)).join(', ')}.`,
    ...knownProbers.flatMap((prober, i) => [
      ...section(
        `Protocol ${code(prober.kind)}`,
        rows(probes[i]).filter((row) => !isCommon(row)),
        prober.describe,
      ),
    ]),
  ]);
}

export function metricReference(): string {
  const entries: readonly (readonly [string, MetricDefinition])[] = Object.entries(metrics);
  const of = (scope: MetricDefinition['scope']) =>
    entries
      .filter(([, metric]) => metric.scope === scope)
      .map(([name, { type, labels, help }]) => [code(name), type, labels.map(code).join(', '), help]);
  const head = ['Metric', 'Type', 'Labels', 'What it is'];
  return page('Metrics of the probe service', [
    'Served at `/metrics`. A name without `watchpost_` means what it means in blackbox_exporter.',
    '## Of every probe',
    `Each also carries ${probeLabels.map(code).join(', ')}.`,
    table(head, of('probe')),
    `\`phase\` is one of ${httpPhases.map(code).join(', ')}; \`verdict\` one of ${verdicts.map(code).join(', ')}.`,
    '## Of the probe service itself',
    table(head, of('own')),
  ]);
}

export function reasonReference(): string {
  return page('Why a run ended as it did', [
    'The `reason` of a page, a log record and `watchpost_probe_failing_info`. It says where in the exchange the trouble was, never what the cause is.',
    ...verdicts.flatMap((verdict) => [
      `## ${code(verdict)}`,
      table(
        ['Reason', 'In words'],
        Object.entries(reasons)
          .filter(([, reason]) => reason.verdict === verdict)
          .map(([name, { words }]) => [code(name), words]),
      ),
    ]),
  ]);
}

/** The keys of a map, those of the maps in it behind a dot, down to `depth` levels. */
function rows(schema: JsonSchema | undefined, prefix = '', depth = 5, without: readonly string[] = []): readonly Row[] {
  return Object.entries(schema?.properties ?? {})
    .filter(([key]) => !without.includes(key))
    .flatMap(([key, own]) => {
      const row = { key: prefix + key, schema: own, isRequired: schema?.required?.includes(key) ?? false };
      if (depth > 1 && own.properties) return [row, ...rows(own, `${row.key}.`, depth - 1)];
      if (depth > 1 && own.items?.properties) return [row, ...rows(own.items, `${row.key}[].`, depth - 1)];
      const member = own.additionalProperties;
      if (depth > 1 && typeof member === 'object' && member.properties) {
        return [row, ...rows(member, `${row.key}.<name>.`, depth - 1)];
      }
      return [row];
    });
}

function section(title: string, list: readonly Row[], text?: string): readonly string[] {
  const lines = list.map(({ key, schema, isRequired }) => [
    code(key),
    takes(schema),
    isRequired ? 'required' : shownDefault(schema),
    schema.description ?? '',
  ]);
  return [`## ${title}`, ...(text ? [text] : []), table(['Key', 'Takes', 'Default', 'What it is'], lines)];
}

function takes(schema: JsonSchema): string {
  if (schema.takes !== undefined) return schema.takes;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(takes))].join(' or ');
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.type === 'array') return `list of: ${schema.items ? takes(schema.items) : 'values'}`;
  if (schema.type === 'object') return mapOf(schema);
  if (schema.type === 'integer' || schema.type === 'number') return numberRange(schema);
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'string') return isDuration(schema.pattern) ? 'duration' : 'text';
  return schema.type === 'null' ? '`null`' : 'any value';
}

function mapOf(schema: JsonSchema): string {
  const member = schema.additionalProperties;
  return typeof member === 'object' && !member.properties && !member.anyOf ? `map to: ${takes(member)}` : 'map';
}

function numberRange({ minimum, maximum }: JsonSchema): string {
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `number from ${minimum} to ${maximum}` : 'number';
}

/** The probers' schemas have no notes of ours, so a duration is known by what its pattern lets through. */
function isDuration(pattern: string | undefined): boolean {
  if (pattern === undefined) return false;
  const expression = new RegExp(pattern);
  return ['1h30m', '500ms', '21d'].every((text) => expression.test(text)) && !expression.test('text');
}

function shownDefault(schema: JsonSchema): string {
  if (schema.shownDefault !== undefined) return schema.shownDefault;
  if (schema.default === undefined || typeof schema.default === 'object') return '';
  return code(String(schema.default));
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

function page(title: string, parts: readonly string[]): string {
  return `${[`# ${title}`, 'Generated by `watchpost generate`; do not edit.', ...parts].join('\n\n')}\n`;
}
