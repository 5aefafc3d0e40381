/** The alert that always fires, and travels the whole way of every other back to the probe service. */
export const watchdog = 'Watchdog';

/** Says that it does not come back; sent by a rule where that still can, and by the probe service where it cannot. */
export const receiptStale = 'EndToEndReceiptStale';

/** Who fires a Watchdog alert: its label `source`. */
export const pathSources = ['prometheus', 'loki'] as const;
export type PathSource = (typeof pathSources)[number];

/** How often the probe service writes a nonce into the log store; a log rule looks for the newest of `nonceWindow`. */
export const logNonceEveryMs = 30_000;
export const nonceWindow = '3m';

/**
 * After so long without one the path counts as silent. Prometheus sends a lasting alert again every 60 s and the next
 * evaluation, and Alertmanager passes it on every 30 s: two in a row may be 95 s apart where all is well.
 */
export const silentAfterMs = 180_000;
