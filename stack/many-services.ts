import { defaultTeam } from './labels.ts';

/**
 * The subject of the one page for many services that fail at once. It is named like a probe, so that rule, fast path, state,
 * message and inhibition are those of any other; no service of the user may have its name.
 */
export const manyServices = {
  service: 'many-services',
  probe: 'at-once',
  target: 'the host or its network',
  severity: 'critical',
  team: defaultTeam,
} as const;

/** Fewer services than this are not many. */
export const fewestServices = 5;
