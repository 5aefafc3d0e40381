/**
 * Names of the fields of the probe service's log records. They equal the metric labels, so that a page, a panel and a
 * line link to each other. The first two are Loki index labels (few and bounded), the rest is structured metadata.
 */
export const logResource = { serviceName: 'service.name', environment: 'deployment.environment.name' } as const;
/** `service.name` of the probe service's own records. */
export const logServiceName = 'watchpost';
export const logFields = {
  event: 'event',
  service: 'service',
  probe: 'probe',
  target: 'target',
  location: 'location',
  /** Not `severity`, which Loki takes for the level of the record. */
  severity: 'probe_severity',
  team: 'team',
  verdict: 'verdict',
  reason: 'reason',
  found: 'found',
  expected: 'expected',
  diagnosis: 'diagnosis',
  changed: 'changed',
  durationSeconds: 'duration_seconds',
  nonce: 'nonce',
  /** Of a deploy. */
  version: 'version',
  colour: 'colour',
  url: 'url',
  by: 'by',
  /** Not `service`: such a record is no line about it that anybody wants to read. */
  maintenanceOf: 'maintenance_of',
} as const;
/** Closed list of what a record can be about. */
export const logEvents = [
  'probe_failed',
  'probe_down',
  'probe_recovered',
  'probe_passed',
  'probe_inconclusive',
  'config_loaded',
  'config_refused',
  'page_sent',
  'page_failed',
  'receipt',
  'path_nonce',
  'alert_path',
  'outbound_heartbeat',
  'deploy',
  'started',
  'stopping',
  'state',
  'log_store',
  'traces',
  'maintenance',
  'in_maintenance',
  'scheduler_stuck',
  'control_wrong',
  'internal_error',
] as const;
export type LogEvent = (typeof logEvents)[number];
