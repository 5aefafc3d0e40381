import type { SyntaxNode } from '@lezer/common';
import type { KnownSeries } from '../../stack/catalogue/index.ts';
import { aggregationOf, binaryOf, callOf, childrenOf, literal, selectorOf } from './query.ts';

/** The labels that a result can carry; `any` where a series is in it that nothing is known of; `scalar` for a number. */
export type Labels = ReadonlySet<string> | 'any' | 'scalar';

type Known = (series: string) => KnownSeries | undefined;

/** Which labels the result of this part of a query can carry, as far as the series in it are known. */
export function labelsOf(node: SyntaxNode, text: string, known: Known): Labels {
  const of = (inside: SyntaxNode) => labelsOf(inside, text, known);
  switch (node.name) {
    case 'VectorSelector': {
      const { name } = selectorOf(node, text);
      const series = name === undefined ? undefined : known(name);
      return series ? new Set(series.labels) : 'any';
    }
    case 'AggregateExpr':
      return aggregated(node, text, of);
    case 'FunctionCall':
      return called(node, text, of);
    case 'BinaryExpr':
      return combined(node, text, of);
    case 'NumberDurationLiteral':
    case 'StringLiteral':
      return 'scalar';
    default: {
      const [first] = childrenOf(node).filter(({ name }) => !['Sub', 'Add', 'UnaryOp'].includes(name));
      return first ? of(first) : 'any';
    }
  }
}

type Of = (node: SyntaxNode) => Labels;

function aggregated(node: SyntaxNode, text: string, of: Of): Labels {
  const { operator, modifier, labels, args } = aggregationOf(node, text);
  const operand = args.at(-1);
  const inside = operand ? of(operand) : 'any';
  // These hand on whole series.
  if (['topk', 'bottomk', 'limitk', 'limit_ratio'].includes(operator)) return inside;
  const named = labels.map((label) => label.text);
  const first = args[0];
  const own =
    operator === 'count_values' && first ? [literal(text.slice(first.from, first.to))] : ([] as readonly string[]);
  if (modifier === 'by') return new Set([...named, ...own]);
  if (modifier === undefined) return new Set(own);
  return inside === 'any' || inside === 'scalar'
    ? 'any'
    : new Set([...[...inside].filter((label) => !named.includes(label)), ...own]);
}

function called(node: SyntaxNode, text: string, of: Of): Labels {
  const { function: name, args } = callOf(node, text);
  const [first] = args;
  if (['time', 'pi', 'scalar'].includes(name)) return 'scalar';
  // Without an argument these are about the time of the evaluation.
  if (!first || name === 'vector') return new Set();
  if (name === 'absent' || name === 'absent_over_time') return absentLabels(first, text);
  const vector = args.map(of).find((labels) => labels !== 'scalar') ?? 'scalar';
  if (vector === 'any' || vector === 'scalar') return vector;
  if (name === 'histogram_quantile') return new Set([...vector].filter((label) => label !== 'le'));
  const target = args[1];
  const adds = (name === 'label_replace' || name === 'label_join') && target;
  return adds ? new Set([...vector, literal(text.slice(target.from, target.to))]) : vector;
}

/** Those that the selector names by equality. */
function absentLabels(node: SyntaxNode, text: string): Labels {
  let inside: SyntaxNode | null = node;
  while (inside && inside.name !== 'VectorSelector') inside = childrenOf(inside)[0] ?? null;
  if (!inside) return new Set();
  return new Set(
    selectorOf(inside, text)
      .matchers.filter(({ operator }) => operator === '=')
      .map(({ label }) => label),
  );
}

function combined(node: SyntaxNode, text: string, of: Of): Labels {
  const { operator, left, right, matching, labels, group, included } = binaryOf(node, text);
  const [one, other] = [of(left), of(right)];
  if (one === 'scalar') return other;
  if (other === 'scalar') return one;
  if (operator === 'or') return one === 'any' || other === 'any' ? 'any' : new Set([...one, ...other]);
  if (operator === 'and' || operator === 'unless') return one;
  const named = labels.map((label) => label.text);
  if (group) {
    const many = group === 'left' ? one : other;
    return many === 'any' ? 'any' : new Set([...many, ...included.map((label) => label.text)]);
  }
  if (matching === 'on') return new Set(named);
  if (one === 'any') return 'any';
  return new Set([...one].filter((label) => matching !== 'ignoring' || !named.includes(label)));
}
