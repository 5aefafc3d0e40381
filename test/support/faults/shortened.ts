import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { formatDuration, parseDuration } from '../../../stack/duration.ts';

/** An hour becomes a minute, for every rule and every case alike. */
const factor = 60;
/** How short a duration becomes. */
export interface Pace {
  /** What is not longer stays as it is, and nothing longer becomes shorter: a window must hold scrapes enough. */
  readonly leastMs: number;
}

/** Nothing that lasts two minutes or less is touched. */
export const suitePace: Pace = { leastMs: 120_000 };
/** For ages: the Watchdog alert comes back twice a minute, and is not late before the path says so. */
export const agePace: Pace = { leastMs: 180_000 };
/** For the few cases of `npm test`: a window still holds four scrapes. */
export const briskPace: Pace = { leastMs: 20_000 };

/** A duration of the rules as it is in the suite. */
export function shortened(ms: number, { leastMs }: Pace): number {
  return Math.max(Math.min(ms, leastMs), Math.round(ms / factor));
}

/**
 * The rules and the waits of Alertmanager that `watchpost generate` has written below `folder`, with every `for`, window, interval
 * and age shortened in place. Nothing else in them changes: the words of a page are those that are shipped.
 */
export async function shortenGenerated(folder: string, pace: Pace): Promise<void> {
  const rules = join(folder, 'alerts/generated/rules');
  for (const name of await readdir(rules)) await rewrite(join(rules, name), (text) => shortenRules(text, pace));
  await rewrite(join(folder, 'alerts/generated/alertmanager.yaml'), (text) => shortenRoutes(text, pace));
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** A rule file: `for`, `keep_firing_for`, `interval` of a group, and what stands in the expressions. */
export function shortenRules(text: string, pace: Pace): string {
  const duration = (value: string) => shortenDuration(value, pace);
  return changed(text, {
    for: duration,
    keep_firing_for: duration,
    interval: duration,
    expr: (value) => shortenExpression(value, pace),
  });
}

/** How long a group waits before it tells of a change, and so of the end of an alert. The first page waits as it always does. */
export function shortenRoutes(text: string, pace: Pace): string {
  return changed(text, { group_interval: (value) => shortenDuration(value, pace) });
}

function changed(text: string, changes: Readonly<Record<string, (value: string) => string>>): string {
  const document = parseDocument(text);
  visit(document, {
    Pair(_, { key, value }) {
      const change = isScalar(key) ? changes[String(key.value)] : undefined;
      if (change && isScalar(value)) value.value = change(String(value.value));
      // What an alert says is no expression, whatever it is called.
      return isScalar(key) && key.value === 'annotations' && isMap(value) ? visit.SKIP : undefined;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function shortenDuration(text: string, pace: Pace): string {
  return formatDuration(shortened(durationOf(text), pace));
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`"${text}" is no duration`);
  return ms;
}

/** An age: `time() - x`, or a metric that is one. */
const age = /^time\(\) - |_max_tx_duration\b|\bcontainer_last_seen\b/;

/** How much of a window lies before what an age begins with: `3600 - (time() - x)`. */
const beforeWindow = /^\d+ - \(time\(\) - /;

/** Windows, steps and offsets, ages (`time() - x > 21600`) and how far ahead `predict_linear` looks. */
export function shortenExpression(text: string, pace: Pace): string {
  const cursor = parser.parse(text).cursor();
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  do {
    const { from, to, node } = cursor;
    const own = text.slice(from, to);
    if (node.type.isError) throw new Error(`this is no PromQL: ${text}`);
    if (cursor.name === 'NumberDurationLiteralInDurationContext') {
      if (isMemory(node, text)) continue;
      edits.push({ from, to, text: shortenDuration(own, pace) });
    } else if (cursor.name === 'BinaryExpr' && age.test(own)) {
      const [left, operator, right] = children(node);
      if (/^Gt[re]$/.test(operator?.name ?? '') && right?.name === 'NumberDurationLiteral' && left) {
        const seconds = Number(text.slice(right.from, right.to));
        edits.push({
          from: right.from,
          to: right.to,
          text: String(shortened(seconds * 1_000, agePace) / 1_000),
        });
      }
    } else if (cursor.name === 'BinaryExpr' && beforeWindow.test(own)) {
      const [window] = children(node);
      if (window)
        edits.push({
          from: window.from,
          to: window.to,
          text: String(shortened(Number(text.slice(window.from, window.to)) * 1_000, pace) / 1_000),
        });
    } else if (cursor.name === 'FunctionCall' && own.startsWith('predict_linear(')) {
      const ahead = children(node.getChild('FunctionCallBody') ?? node).at(-1);
      if (ahead)
        edits.push({ from: ahead.from, to: ahead.to, text: `(${text.slice(ahead.from, ahead.to)}) / ${factor}` });
    }
  } while (cursor.next());
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((whole, edit) => whole.slice(0, edit.from) + edit.text + whole.slice(edit.to), text);
}

/** How long what is gone is remembered is nothing that anybody waits for. */
function isMemory(duration: Node, text: string): boolean {
  for (let node = duration.parent; node; node = node.parent) {
    if (node.name === 'FunctionCall') return text.startsWith('last_over_time(', node.from);
  }
  return false;
}

type Node = ReturnType<ReturnType<typeof parser.parse>['cursor']>['node'];

function children(parent: Node): readonly Node[] {
  const found: Node[] = [];
  for (let child = parent.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}
