/** From where on something is too much, or too little: what an alert asks for, and what its panel draws. Shares are of 1. */

export const hostLimits = {
  /** Of all memory, what programs can still have. */
  memoryAvailable: 0.1,
  /** The share of time in which everything stood still waiting for memory. */
  memoryStalled: 0.1,
  /** Used, while it fills within a day. */
  diskFilling: 0.8,
  /** Used, where little is left in bytes as well. */
  diskCritical: 0.95,
  /** Used, while it fills within hours. */
  diskCriticalFilling: 0.9,
  inodesUsed: 0.95,
  clockOffsetSeconds: 0.05,
  /** Between the host's clock and that of Prometheus: more than a slow scrape explains. */
  clockDifferenceSeconds: 5,
  /** As much as the kernel says where nothing keeps the clock. */
  clockMaxErrorSeconds: 16,
} as const;

export const containerLimits = {
  /** Starts within a quarter of an hour. */
  restarts: 2,
  /** Of the memory that it may have. */
  memory: 0.9,
} as const;

export const postgresLimits = {
  connections: 0.85,
  connectionsExhausted: 0.97,
  replicationLagSeconds: 60,
  idleTransactionSeconds: 900,
  /** Within a quarter of an hour. */
  deadlocks: 3,
} as const;

export const redisLimits = {
  memory: 0.9,
  clients: 0.85,
  clientsExhausted: 0.97,
} as const;

export const monitoringLimits = {
  /** Loki deletes every few minutes; so long without is no accident. */
  retentionStalledSeconds: 21_600,
  /** Of a probe's runs, those that say nothing. */
  inconclusiveRuns: 0.5,
  /** Intervals without a run. */
  missedRuns: 3,
} as const;

export const certificateLimits = {
  /** Time left to renew it in working hours. */
  soonDays: 14,
  verySoonDays: 3,
} as const;

export const logLimits = {
  /** Of one service in five minutes: as many may come of one bad request that is tried again. */
  errorLines: 20,
} as const;
