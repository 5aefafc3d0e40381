/** Alertmanager gave up, or tries in vain, for so long: no single hiccup of a channel. */
const failingMs = 30_000;
/** What nobody was sent since says nothing of now. */
const forgottenMs = 10 * 60_000;

interface Counts {
  readonly total: number;
  readonly failed: number;
}

interface Integration {
  counts: Counts;
  /** Since when no request has succeeded and some have failed, monotonic. */
  failingSinceMs: number | undefined;
  lastFailedMs: number;
  lastTriedMs: number;
}

/**
 * How Alertmanager's deliveries go, by its own counters of requests: Slack and mail relays send nothing back, so nobody else
 * knows. https://github.com/prometheus/alertmanager/blob/main/notify/notify.go
 */
export class Deliveries {
  readonly #integrations = new Map<string, Integration>();

  /** @param exposition what Alertmanager's `/metrics` says now */
  read(exposition: string, nowMs: number): void {
    for (const [name, counts] of countsOf(exposition)) {
      const known = this.#integrations.get(name);
      if (!known) {
        this.#integrations.set(name, {
          counts,
          failingSinceMs: undefined,
          lastFailedMs: Number.NEGATIVE_INFINITY,
          lastTriedMs: Number.NEGATIVE_INFINITY,
        });
        continue;
      }
      // A restart begins at 0 again.
      const before = counts.total < known.counts.total ? { total: 0, failed: 0 } : known.counts;
      const failed = counts.failed - before.failed;
      const arrived = counts.total - before.total - failed;
      known.counts = counts;
      if (failed > 0) known.lastFailedMs = nowMs;
      if (failed > 0 || arrived > 0) known.lastTriedMs = nowMs;
      if (arrived > 0) known.failingSinceMs = undefined;
      else if (failed > 0) known.failingSinceMs ??= nowMs;
    }
  }

  /** Whether this integration (`slack`, `email`, `webhook`) fails, and has for a while. */
  fails(name: string, nowMs: number): boolean {
    const known = this.#integrations.get(name);
    if (known?.failingSinceMs === undefined) return false;
    return nowMs - known.failingSinceMs >= failingMs && nowMs - known.lastFailedMs < forgottenMs;
  }

  /** Whether the last that was heard of it is a failure: what was handed to it may not have arrived. */
  isTroubled(name: string): boolean {
    return this.#integrations.get(name)?.failingSinceMs !== undefined;
  }

  /** When it was last seen to try, monotonic: then its dispatcher is alive. */
  triedMs(name: string): number {
    return this.#integrations.get(name)?.lastTriedMs ?? Number.NEGATIVE_INFINITY;
  }
}

function countsOf(exposition: string): ReadonlyMap<string, Counts> {
  const counts = new Map<string, { total: number; failed: number }>();
  const lines = exposition.matchAll(
    /^alertmanager_notification_requests_(failed_)?total\{[^}]*integration="([^"]+)"[^}]*\} (\S+)$/gm,
  );
  for (const [, failed, name = '', value] of lines) {
    const of = counts.get(name) ?? { total: 0, failed: 0 };
    of[failed ? 'failed' : 'total'] += Number(value);
    counts.set(name, of);
  }
  return counts;
}
