import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { aggregate, select } from '../../stack/promql.ts';
import { firingAlerts } from '../series.ts';
import { bad, from, good, limits, unknown, warning } from './look.ts';
import { type NumberPanel, numberPanel } from './number.ts';
import { certificateDays, heldState, perProbe } from './queries.ts';

/** The first row: six numbers that are green when all is right. */
export function numbers(): readonly PanelBuilder[] {
  return table.map(numberPanel);
}

const table: readonly NumberPanel[] = [
  {
    id: 1,
    title: 'Probes down',
    description: 'Confirmed failures. When it is not 0, open the service in the table below.',
    expr: `sum(${aggregate('max', perProbe, heldState())})`,
    unit: 'none',
    colours: limits([1, bad]),
    none: 'no probe has run',
  },
  {
    id: 2,
    title: 'Probes that do not run',
    description: 'Configured, but without a result. When it is not 0, read the log of the probe service.',
    expr: `count(${select('watchpost_probe_expected')} unless on (service, probe) ${select('watchpost_probe_down')}) or vector(0)`,
    unit: 'none',
    colours: limits([1, bad]),
  },
  {
    id: 3,
    title: 'Alerts firing',
    description: 'Every alert of the rules, muted ones too. When it is not 0, read the list below.',
    expr: `count(${firingAlerts}) or vector(0)`,
    unit: 'none',
    colours: limits([1, warning]),
  },
  {
    id: 4,
    title: 'First certificate to expire',
    description:
      'How long until the first certificate expires. When it is not green, renew the one that the table below shows.',
    expr: `min(${certificateDays(perProbe)})`,
    unit: 'suffix: days',
    decimals: 0,
    colours: from(unknown, [-36_500, bad], [7, warning], [21, good]),
    none: 'no certificates',
  },
  {
    id: 5,
    title: 'Alerts last came through',
    description:
      'How long ago the Watchdog alerts came back, from Prometheus and from Loki by Alertmanager, the older of the two; they do so every minute. When it is not green, pages may not arrive: see the last section.',
    expr: `time() - min(${select('watchpost_alert_path_last_success_timestamp_seconds')} > 0)`,
    unit: 's',
    colours: limits([150, warning], [300, bad]),
    none: 'not known',
  },
  {
    id: 6,
    title: 'Not scraped',
    description:
      'Parts of the stack, and services with metrics, that cannot be scraped. When it is not 0, the last section names them.',
    expr: `count(${select('up')} == 0) or vector(0)`,
    unit: 'none',
    colours: limits([1, bad]),
  },
];
