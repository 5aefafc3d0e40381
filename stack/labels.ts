/** Label names that every part of the stack agrees on. */

/** The labels that tell one probe's series from another's. A probe's name is unique only within its service. */
export const probeLabels = ['service', 'probe', 'target', 'location'] as const;

/**
 * The labels that make up the identity of an alert about a probe, in the order in which they are written.
 * The rule aggregates to exactly these and the fast path posts exactly these; Alertmanager merges two alerts only when
 * their label sets are equal, so one label more on either side would be a second page.
 */
export const identityLabels = [
  'alertname',
  'service',
  'probe',
  'target',
  'severity',
  'team',
  'stack',
  'environment',
] as const;

export type IdentityLabel = (typeof identityLabels)[number];

/** `critical` pages at once on every channel; `warning` goes to Slack; `none` is for the stack's own signals. */
export const severities = ['critical', 'warning'] as const;
export type Severity = (typeof severities)[number];

/** The `location` label of a probe service that was not given one. */
export const defaultLocation = 'local';
/** The `team` label of a service that names no team. Never empty: Prometheus drops an empty label. */
export const defaultTeam = 'default';

/** What a service, a probe, a team and a stack may be called: safe in a label matcher, a URL, and a file name. */
export const namePattern = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
