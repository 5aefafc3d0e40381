import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Fault, lineOf, lineStarts, type Path, type Span, shorten } from './fault.ts';
import { parseYaml } from './yaml-text.ts';

/** What the file says as plain values (null, booleans, numbers, strings, lists, maps) and where each of them stands. */
export interface YamlTree {
  readonly value: unknown;
  /** The span of the value; of its key where the value is empty; of the nearest thing around it where it is missing. */
  span(path: Path): Span;
  /** The span of the key, or of the item in a list. */
  keySpan(path: Path): Span;
  has(path: Path): boolean;
}

/** Aliases can make a small file huge (each level doubles it), so what they expand to is counted. */
const maxValues = 50_000;
const maxDepth = 64;

/**
 * Reads the text. `tree` is missing where the text is no YAML or no map: then there is nothing to check any further.
 * `source` has no byte order mark.
 */
export function readTree(source: string): { readonly tree?: YamlTree; readonly faults: readonly Fault[] } {
  const { document, faults } = parseYaml(source);
  if (!document || faults.length > 0) return { faults };
  const reader = new Reader(document, source);
  const value = reader.read();
  if (reader.broken.length > 0) return { faults: [...reader.faults, ...reader.broken] };
  const root = reader.span([]);
  if (value === null) {
    const hint = 'a configuration begins with `stack: NAME` and has `services`';
    return { faults: [{ span: root, path: [], message: 'the file is empty', hint }] };
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'a list' : `the text ${JSON.stringify(shorten(String(value), 40))}`;
    return { faults: [{ span: root, path: [], message: `found ${found}, expected a map with the key "services"` }] };
  }
  return { tree: { value, span: reader.span, keySpan: reader.keySpan, has: reader.has }, faults: reader.faults };
}

class Reader {
  readonly faults: Fault[] = [];
  /** After these the values are not what the user meant, so nothing else is said of them. */
  readonly broken: Fault[] = [];
  readonly #document: Document;
  readonly #starts: readonly number[];
  readonly #targets: ReadonlyMap<Alias, Node>;
  /** By the path as JSON, which no two paths share. */
  readonly #places = new Map<string, { key: Span; value: Span }>();
  readonly #open = new Set<unknown>();
  #count = 0;

  constructor(document: Document, source: string) {
    this.#document = document;
    this.#starts = lineStarts(source);
    this.#targets = aliasTargets(document);
  }

  read(): unknown {
    return this.#value(this.#document.contents, [], { from: 0, to: 1 });
  }

  readonly span = (path: Path): Span => this.#place(path).value;
  readonly keySpan = (path: Path): Span => this.#place(path).key;
  readonly has = (path: Path): boolean => this.#places.has(JSON.stringify(path));

  #place(path: Path): { key: Span; value: Span } {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(JSON.stringify(path.slice(0, length)));
      // What is missing is told at the key of the map that lacks it.
      if (place) return length === path.length ? place : { key: place.key, value: place.key };
    }
    return { key: { from: 0, to: 1 }, value: { from: 0, to: 1 } };
  }

  #value(node: unknown, path: Path, key: Span): unknown {
    if (isAlias(node)) return this.#alias(node, path, key);
    const span = spanOf(node) ?? key;
    const isEmpty = isScalar(node) && node.value === null && span.to === span.from;
    this.#places.set(JSON.stringify(path), { key, value: isEmpty ? key : span });
    this.#count += 1;
    if (this.#count === maxValues) this.#break(key, path, `the file holds more than ${maxValues} values`);
    if (path.length === maxDepth) this.#break(key, path, `nested deeper than ${maxDepth} levels`);
    if (this.#count >= maxValues || path.length >= maxDepth) return null;
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) return node.items.map((item, i) => this.#value(item, [...path, i], spanOf(item) ?? span));
    return isScalar(node) ? scalarValue(node.value, node.source) : null;
  }

  #alias(alias: Alias, path: Path, key: Span): unknown {
    const target = this.#targets.get(alias);
    if (target && !this.#open.has(target)) {
      this.#open.add(target);
      const value = this.#value(target, path, key);
      this.#open.delete(target);
      return value;
    }
    const message = target
      ? `the alias *${alias.source} holds itself`
      : `no anchor &${alias.source} stands before this`;
    this.#break(spanOf(alias) ?? key, path, message);
    return null;
  }

  #map(map: YAMLMap, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const merged: Pair[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) merged.push(pair);
      else this.#pair(pair, path, value);
    }
    for (const pair of merged) this.#merge(pair.value, path, value, spanOf(pair.key) ?? { from: 0, to: 1 });
    return value;
  }

  #pair(pair: Pair, path: Path, into: Record<string, unknown>): void {
    const span = spanOf(pair.key) ?? spanOf(pair.value) ?? this.keySpan(path);
    if (!isScalar(pair.key) || pair.key.value === null) {
      const hint = isSeq(pair.key) ? 'a path in brackets stands in quotes: \'["a.b"]\'' : undefined;
      this.#fault(span, path, 'a key must be a word, not a map, a list or nothing', hint);
      return;
    }
    const name = typeof pair.key.value === 'string' ? pair.key.value : String(pair.key.source ?? pair.key.value);
    const own = [...path, name];
    if (name === '__proto__') {
      // In JavaScript this would change the object instead of adding a key to it.
      this.#fault(span, own, 'the key "__proto__" is not accepted');
      return;
    }
    if (Object.hasOwn(into, name)) {
      const first = lineOf(this.#starts, this.keySpan(own).from);
      this.#fault(span, own, `the key ${JSON.stringify(shorten(name, 40))} stands twice, first on line ${first}`);
      return;
    }
    into[name] = this.#value(pair.value, own, span);
  }

  /** `<<: *base` and `<<: [*a, *b]`: keys that the map has itself win, then the earlier of the list. */
  #merge(node: unknown, path: Path, into: Record<string, unknown>, key: Span): void {
    const source = isAlias(node) ? this.#targets.get(node) : node;
    if (isSeq(source)) {
      for (const item of source.items) this.#merge(item, path, into, key);
      return;
    }
    if (!isMap(source) || this.#open.has(source)) {
      this.#break(spanOf(node) ?? key, path, 'the merge key << takes a map or a list of maps');
      return;
    }
    this.#open.add(source);
    for (const pair of source.items) {
      if (isMergeKey(pair.key)) this.#merge(pair.value, path, into, key);
      else if (!(isScalar(pair.key) && Object.hasOwn(into, String(pair.key.value)))) this.#pair(pair, path, into);
    }
    this.#open.delete(source);
  }

  #fault(span: Span, path: Path, message: string, hint?: string): void {
    this.faults.push({ span, path, message, hint });
  }

  #break(span: Span, path: Path, message: string): void {
    this.broken.push({ span, path, message });
  }
}

/** What each alias stands for: the anchor of its name that stands last before it. One walk, where `resolve` takes one each. */
function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function spanOf(node: unknown): Span | undefined {
  if (!isAlias(node) && !isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
  return node.range ? { from: node.range[0], to: node.range[1] } : undefined;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}

/** Dates, byte arrays and the like, which a YAML 1.1 directive switches on, count as the text that stands there. */
function scalarValue(value: unknown, source: string | undefined): unknown {
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? value : (source ?? String(value));
}
