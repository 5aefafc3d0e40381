/** What holds for logs where the configuration says nothing. */
export const logDefaults = {
  retentionMs: 7 * 86_400_000,
  syslog: { listen: { host: '127.0.0.1', port: 1514 }, format: 'rfc5424' },
} as const;

/** How often what is too old is looked for, and how long it lies there still: a query that began before may read it. */
export const compactionIntervalMs = 10 * 60_000;
export const deleteDelayMs = 2 * 3_600_000;
