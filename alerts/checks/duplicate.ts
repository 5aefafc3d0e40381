import type { Check, Rule } from './check.ts';

/** The same rule twice: Prometheus refuses two results with the same labels. */
export const duplicate: Check = {
  name: 'rule/duplicate',
  problems: (rule, { all }) => {
    const first = all.find((other) => identity(other) === identity(rule));
    if (first === rule || first === undefined) return [];
    const where = first.group.name === rule.group.name ? 'in the same group' : `in the group "${first.group.name}"`;
    return [{ message: `the ${rule.kind} rule "${rule.name}" is there already, ${where}`, at: [rule.kind] }];
  },
};

/** An alert by its query as well: several may share a name. What is recorded must differ in a label. */
function identity({ kind, name, expr, labels }: Rule): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, name, sorted, kind === 'alert' ? expr.replaceAll(/\s+/g, ' ').trim() : '']);
}
