import type { Config } from '../../config/model.ts';
import { watchdog } from '../../stack/alert-path.ts';
import { type LogSighting, rulerIntervalMs } from '../../stack/log-alerts.ts';
import { logRules } from './index.ts';

/** What Loki's ruler can tell of in this configuration, for `watchpost plan`. Watchdog pages nobody. */
export function logSightings(config: Config): readonly LogSighting[] {
  return logRules
    .filter(({ alert }) => alert !== watchdog)
    .flatMap(({ alert, everyMs = rulerIntervalMs, forMs, holdsAfterMs = 0, rules }) =>
      rules(config).map(({ labels }) => ({ alert, labels, everyMs, forMs, holdsAfterMs })),
    );
}
