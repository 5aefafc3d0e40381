import { watchdog } from '../stack/alert-path.ts';
import { select } from '../stack/promql.ts';

/** What fires, apart from the alert that always does. */
export const firingAlerts = select('ALERTS', { alertstate: 'firing', alertname: { not: watchdog } });
