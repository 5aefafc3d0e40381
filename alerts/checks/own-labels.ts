import type { Check } from './check.ts';

/** Labels that Prometheus or the path of a page sets, and that no rule may set otherwise. */
const taken = ['alertname', '__name__', 'alertstate'];

/** A rule that gives its result a label under which another is known, or one with no name. */
export const ownLabels: Check = {
  name: 'labels/conflict',
  problems: ({ labels }) =>
    Object.keys(labels).flatMap((label) => {
      const at = ['labels', label];
      if (taken.includes(label)) return [{ message: `the label "${label}" is Prometheus's own`, at }];
      if (!/^[a-zA-Z_]\w*$/.test(label)) return [{ message: `"${label}" is no name of a label`, at }];
      return [];
    }),
};
