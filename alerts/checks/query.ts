import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { parseDuration } from '../../stack/duration.ts';

/** A query in PromQL, parsed. Offsets are those of its text. */
export interface Query {
  readonly text: string;
  readonly root: SyntaxNode;
  readonly selectors: readonly Selector[];
  readonly calls: readonly Call[];
  readonly aggregations: readonly Aggregation[];
  readonly binaries: readonly Binary[];
  /** Where it does not parse. */
  readonly faults: readonly Piece[];
}

/** A piece of the text. */
export interface Piece {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export interface Matcher extends Piece {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector extends Piece {
  readonly node: SyntaxNode;
  /** Undefined where none is named, or only by a pattern. */
  readonly name: string | undefined;
  readonly matchers: readonly Matcher[];
}

export interface Call extends Piece {
  readonly node: SyntaxNode;
  readonly function: string;
  readonly args: readonly SyntaxNode[];
}

export interface Aggregation extends Piece {
  readonly node: SyntaxNode;
  readonly operator: string;
  readonly modifier: 'by' | 'without' | undefined;
  readonly labels: readonly Piece[];
  readonly args: readonly SyntaxNode[];
}

export interface Binary extends Piece {
  readonly node: SyntaxNode;
  readonly operator: string;
  /** The operator itself, for a caret. */
  readonly at: Piece;
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
  readonly matching: 'on' | 'ignoring' | undefined;
  readonly labels: readonly Piece[];
  readonly group: 'left' | 'right' | undefined;
  /** Those that `group_left` or `group_right` takes over. */
  readonly included: readonly Piece[];
  readonly isBool: boolean;
}

export function readQuery(text: string): Query {
  const root = parser.parse(text).topNode;
  const selectors: Selector[] = [];
  const calls: Call[] = [];
  const aggregations: Aggregation[] = [];
  const binaries: Binary[] = [];
  const faults: Piece[] = [];
  root.cursor().iterate(({ node }) => {
    if (node.type.isError) faults.push(pieceOf(node, text));
    else if (node.name === 'VectorSelector') selectors.push(selectorOf(node, text));
    else if (node.name === 'FunctionCall') calls.push(callOf(node, text));
    else if (node.name === 'AggregateExpr') aggregations.push(aggregationOf(node, text));
    else if (node.name === 'BinaryExpr') binaries.push(binaryOf(node, text));
  });
  return { text, root, selectors, calls, aggregations, binaries, faults };
}

export function selectorOf(node: SyntaxNode, text: string): Selector {
  const matchers = descend(node, 'LabelMatchers').flatMap((list) =>
    list.getChildren('UnquotedLabelMatcher').map((matcher): Matcher => {
      const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((kind) => matcher.getChild(kind));
      return {
        ...pieceOf(matcher, text),
        label: textOf(label, text),
        operator: textOf(operator, text) as Matcher['operator'],
        value: literal(textOf(value, text)),
      };
    }),
  );
  const identifier = node.getChild('Identifier');
  const named = matchers.find(({ label, operator }) => label === '__name__' && operator === '=');
  const quoted = node.getChild('LabelMatchers')?.getChild('QuotedLabelName');
  const name = identifier
    ? textOf(identifier, text)
    : (named?.value ?? (quoted ? literal(textOf(quoted, text)) : undefined));
  return { ...pieceOf(node, text), node, name, matchers };
}

export function callOf(node: SyntaxNode, text: string): Call {
  const args = argumentsOf(node);
  return { ...pieceOf(node, text), node, function: textOf(node.getChild('FunctionIdentifier'), text), args };
}

export function aggregationOf(node: SyntaxNode, text: string): Aggregation {
  const modifier = node.getChild('AggregateModifier');
  return {
    ...pieceOf(node, text),
    node,
    operator: textOf(node.getChild('AggregateOp'), text),
    modifier: modifier?.getChild('By') ? 'by' : modifier?.getChild('Without') ? 'without' : undefined,
    labels: modifier ? groupingLabels(modifier, text) : [],
    args: argumentsOf(node),
  };
}

export function binaryOf(node: SyntaxNode, text: string): Binary {
  const children = childrenOf(node);
  const clause = node.getChild('MatchingModifierClause');
  const skipped = ['MatchingModifierClause', 'BoolModifier'];
  const [left = node, operator = node, right = node] = children.filter(({ name }) => !skipped.includes(name));
  const lists = clause?.getChildren('GroupingLabels') ?? [];
  const groupAt = clause?.getChild('GroupLeft') ?? clause?.getChild('GroupRight');
  const namesOf = (list: SyntaxNode | undefined) =>
    list ? list.getChildren('LabelName').map((label) => pieceOf(label, text)) : [];
  return {
    ...pieceOf(node, text),
    node,
    operator: textOf(operator, text),
    at: pieceOf(operator, text),
    left,
    right,
    matching: clause?.getChild('On') ? 'on' : clause?.getChild('Ignoring') ? 'ignoring' : undefined,
    labels: namesOf(lists.find(({ from }) => !groupAt || from < groupAt.from)),
    group: clause?.getChild('GroupLeft') ? 'left' : clause?.getChild('GroupRight') ? 'right' : undefined,
    included: namesOf(lists.find(({ from }) => groupAt && from > groupAt.from)),
    isBool: node.getChild('BoolModifier') !== null,
  };
}

/** The duration in brackets or behind `offset`, in milliseconds; undefined where it is an expression. */
export function durationOf(node: SyntaxNode | null | undefined, text: string): number | undefined {
  return node ? parseDuration(textOf(node, text)) : undefined;
}

/** What a node is about, without the brackets around it and what shifts it in time. */
export function inner(node: SyntaxNode): SyntaxNode {
  const shells = ['ParenExpr', 'OffsetExpr', 'StepInvariantExpr', 'MatrixSelector', 'SubqueryExpr', 'PromQL'];
  const [first] = childrenOf(node);
  return shells.includes(node.name) && first ? inner(first) : node;
}

/** Without comments. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

export function pieceOf(node: SyntaxNode, text: string): Piece {
  return { text: text.slice(node.from, node.to), from: node.from, to: node.to };
}

/** The string that a literal stands for: PromQL's escapes are those of Go, and back quotes have none. */
export function literal(written: string): string {
  const inside = written.slice(1, -1);
  if (written.startsWith('`')) return inside;
  return inside.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function argumentsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const body = node.getChild('FunctionCallBody');
  return body ? childrenOf(body).filter(({ type }) => !type.isError) : [];
}

function groupingLabels(node: SyntaxNode, text: string): readonly Piece[] {
  const list = node.getChild('GroupingLabels');
  return list ? list.getChildren('LabelName').map((label) => pieceOf(label, text)) : [];
}

function descend(node: SyntaxNode, kind: string): readonly SyntaxNode[] {
  const child = node.getChild(kind);
  return child ? [child] : [];
}

function textOf(node: SyntaxNode | null | undefined, text: string): string {
  return node ? text.slice(node.from, node.to) : '';
}
