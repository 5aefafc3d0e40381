import { Alias, Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { GeneratedFile } from './surroundings.ts';

/** What a generated YAML file is made of: plain values, some of them with a comment. */
export type YamlValue =
  | string
  | number
  | boolean
  | undefined
  | Noted
  | Flow
  | Anchored
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

type Plain = string | number | boolean;

class Noted {
  readonly comment: string;
  readonly value: YamlValue;
  readonly blankBefore: boolean;
  constructor(comment: string, value: YamlValue, blankBefore: boolean) {
    this.comment = comment;
    this.value = value;
    this.blankBefore = blankBefore;
  }
}

class Flow {
  readonly value: readonly Plain[] | Readonly<Record<string, Plain>>;
  constructor(value: Flow['value']) {
    this.value = value;
  }
}

class Anchored {
  readonly name: string;
  readonly value: YamlValue;
  constructor(name: string, value: YamlValue) {
    this.name = name;
    this.value = value;
  }
}

/** The value with a comment above it. */
export function noted(comment: string, value: YamlValue): YamlValue {
  return new Noted(comment, value, false);
}

/** The value with an empty line above it, and a comment where there is one. */
export function spaced(value: YamlValue, comment = ''): YamlValue {
  return new Noted(comment, value, true);
}

/** The value on one line: `[a, b]`. */
export function flow(value: Flow['value']): YamlValue {
  return new Flow(value);
}

/** Names the value, for `merged` in a mapping further down. */
export function anchored(name: string, value: YamlValue): YamlValue {
  return new Anchored(name, value);
}

/** `{ [merge]: 'name' }` is `<<: *name`: all keys of the anchored mapping that are not given here. */
export const merge = '<<';

/**
 * A generated YAML file. Strings are quoted wherever a reader of YAML 1.1 (Go's are) could take them for something else;
 * `undefined` is left out.
 */
export function yamlFile(path: string, about: string, value: YamlValue): GeneratedFile {
  const document = new Document(undefined, { version: '1.1', merge: false });
  document.contents = toNode(value);
  document.commentBefore = commentLines(`Made by \`watchpost generate\` from watchpost.yaml; do not edit.\n${about}`);
  return { path, content: document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false }) };
}

function toNode(value: YamlValue): Node {
  if (value instanceof Noted) return toNode(value.value);
  if (value instanceof Anchored) {
    const node = toNode(value.value);
    (node as YAMLMap).anchor = value.name;
    return node;
  }
  if (value instanceof Flow) {
    const node = toNode(value.value);
    (node as YAMLMap | YAMLSeq).flow = true;
    return node;
  }
  if (isList(value)) return listNode(value);
  if (typeof value === 'object') return mapNode(value);
  return new Scalar(value);
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function listNode(values: readonly YamlValue[]): Node {
  const list = new YAMLSeq<Node>();
  for (const value of values) {
    const node = toNode(value);
    if (value instanceof Noted) comment(node, value, list.items.length === 0);
    list.items.push(node);
  }
  return list;
}

function mapNode(values: Readonly<Record<string, YamlValue>>): Node {
  const map = new YAMLMap<Node, Node>();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const key = new Scalar(name);
    if (value instanceof Noted) comment(key, value, map.items.length === 0);
    map.items.push(new Pair<Node, Node>(key, name === merge ? new Alias(String(value)) : toNode(value)));
  }
  return map;
}

function comment(node: Node, { comment: text, blankBefore }: Noted, isFirst: boolean): void {
  if (text !== '') node.commentBefore = commentLines(text);
  node.spaceBefore = blankBefore && !isFirst;
}

function commentLines(text: string): string {
  return text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
}
