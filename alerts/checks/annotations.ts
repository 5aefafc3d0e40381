import type { Check } from './check.ts';

/** A page that does not say what it must. */
export const annotations: Check = {
  name: 'alerts/annotation',
  problems: ({ kind, annotations }, { annotations: required }) =>
    kind !== 'alert'
      ? []
      : required
          .filter((name) => (annotations[name] ?? '').trim() === '')
          .map((name) => ({
            message: `the annotation "${name}" is missing`,
            hint: 'a page says nothing without',
            at: ['annotations', name],
          })),
};
