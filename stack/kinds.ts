/**
 * What a service can be, besides something that is probed. A kind brings an exporter, its scrape under the job of the same name,
 * and its alert rules.
 */
export const serviceKinds = ['postgres', 'redis', 'nginx', 'host', 'containers'] as const;
export type ServiceKind = (typeof serviceKinds)[number];
