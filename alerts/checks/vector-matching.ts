import { type Check, inQuery, type Problem } from './check.ts';
import { type Labels, labelsOf } from './labels-of.ts';
import type { Binary, Piece } from './query.ts';

/** Two sides that never match: one lacks a label that the other always has, or `on` names one that a side lacks. */
export const vectorMatching: Check = {
  name: 'promql/vector_matching',
  problems: ({ query }, { known }) =>
    query.binaries.flatMap((binary) => {
      const [left, right] = [binary.left, binary.right].map((side) => labelsOf(side, query.text, known));
      if (!isVector(left) || !isVector(right) || binary.operator === 'or') return [];
      return binary.matching === 'on' ? named(binary, left, right) : unnamed(binary, left, right);
    }),
};

function isVector(labels: Labels | undefined): labels is ReadonlySet<string> {
  return labels !== undefined && labels !== 'any' && labels !== 'scalar';
}

function named(binary: Binary, left: ReadonlySet<string>, right: ReadonlySet<string>): readonly Problem[] {
  const lacking = (labels: readonly Piece[], side: ReadonlySet<string>, says: string) =>
    labels
      .filter((label) => !side.has(label.text))
      .map((label) => inQuery(`${says} side has no label "${label.text}"`, label));
  const one = binary.group === 'left' ? right : left;
  return [
    ...lacking(binary.labels, left, 'the left'),
    ...lacking(binary.labels, right, 'the right'),
    ...(binary.group ? lacking(binary.included, one, 'the other') : []),
  ];
}

/** Only whether one side can have none of the labels that the other is told apart by. */
function unnamed(
  { operator, at, matching, labels, group }: Binary,
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
): readonly Problem[] {
  if (group) return [];
  const ignored = matching === 'ignoring' ? labels.map((label) => label.text) : [];
  const only = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
    [...a].filter((label) => !b.has(label) && !ignored.includes(label));
  const odd = [...only(left, right), ...only(right, left)];
  if (odd.length === 0) return [];
  const hint = `say on which labels they match: ${operator} on (…)`;
  return [inQuery(`the two sides of ${operator} have different labels: ${odd.join(', ')}`, at, hint)];
}
