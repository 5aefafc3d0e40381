import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { receiptStale, silentAfterMs } from '../../stack/alert-path.ts';
import { certificateLimits } from '../../stack/limits.ts';
import { dashboardUids } from '../../stack/parts.ts';
import { aggregate, type SeriesName, select } from '../../stack/promql.ts';
import { toDashboard } from './links.ts';
import { bad, from, good, limits, maintained, unknown, warning, words } from './look.ts';
import { certificateDays, heldState, perProbe } from './queries.ts';
import { tilesPanel } from './tiles.ts';

/** Where nothing is known, and that is not well. */
const notKnown = -1;

/** What is yours. */
export function running(): PanelBuilder {
  return tilesPanel({
    id: 20,
    title: 'What you run',
    description:
      'Probes that are down and those that do not run, alerts that fire, the error budget of which most is spent, how long the first certificate lasts, services in maintenance. Red or orange: the tables below name the probe or the alert; some numbers lead on.',
    alerts: [
      'ProbeDown',
      'ProbeMissing',
      'SLOBudgetExhausted',
      'CertificateExpiringSoon',
      'CertificateExpiringVerySoon',
    ],
    tiles: [
      {
        name: 'Probes down',
        expr: `sum(${aggregate('max', perProbe, heldState())}) or vector(${notKnown})`,
        unit: 'none',
        colours: from(bad, [0, good], [1, bad]),
        words: [words({ [notKnown]: ['none has run', bad] })],
      },
      {
        name: 'Not running',
        expr: `count(${select('watchpost_probe_expected')} unless on (service, probe) ${select('watchpost_probe_down')}) or vector(0)`,
        unit: 'none',
        colours: limits([1, bad]),
      },
      { name: 'Critical alerts', expr: firing('critical'), unit: 'none', colours: limits([1, bad]) },
      { name: 'Warnings', expr: firing('warning'), unit: 'none', colours: limits([1, warning]) },
      {
        name: 'Most budget spent',
        expr: `max(${select('slo:period_burned:ratio')})`,
        unit: 'percentunit',
        decimals: 0,
        colours: limits([1, bad]),
        link: toDashboard(dashboardUids.slo, 'Open the objectives'),
      },
      {
        name: 'First certificate',
        expr: `min(${certificateDays(perProbe)})`,
        unit: 'suffix: days',
        decimals: 0,
        colours: certificateColours,
      },
      {
        name: 'In maintenance',
        expr: `count(${select('watchpost_service_maintenance')} == 1) or vector(0)`,
        unit: 'none',
        colours: from(good, [1, maintained]),
      },
    ],
  });
}

/** Long expired: from there on the colour is that of a value, and not that of none. */
const ever = -36_500;

export const certificateColours = from(
  unknown,
  [ever, bad],
  [certificateLimits.verySoonDays, warning],
  [certificateLimits.soonDays, good],
);

/** What watches over it. */
export function watching(): PanelBuilder {
  return tilesPanel({
    id: 21,
    title: 'The monitoring itself',
    description:
      'Whether you would hear of a failure: how long ago the Watchdog alerts came back, the older of the two; messages not delivered in this time; targets not scraped; configurations refused. Red: open the runbook in the menu of this panel. Until it is green again, silence means nothing.',
    alerts: [receiptStale, 'TargetDown', 'AlertmanagerDeliveryFailing', 'PrometheusConfigReloadFailed'],
    tiles: [
      {
        name: 'Alerts came back',
        expr: `time() - min(${select('watchpost_alert_path_last_success_timestamp_seconds')} > 0) or vector(${notKnown})`,
        unit: 's',
        decimals: 0,
        colours: from(bad, [0, good], [silentAfterMs / 1_000, bad]),
        words: [words({ [notKnown]: ['never', bad] })],
        link: toMonitoring,
      },
      {
        name: 'Not delivered',
        expr: `sum(increase(${select('alertmanager_notifications_failed_total')}[$__range])) or vector(0)`,
        unit: 'none',
        decimals: 0,
        colours: limits([1, bad]),
        link: toMonitoring,
      },
      {
        name: 'Not scraped',
        expr: `count(${select('up')} == 0) or vector(0)`,
        unit: 'none',
        colours: limits([1, bad]),
        link: toMonitoring,
      },
      {
        name: 'Refused',
        expr: `count((${reloads.map((name) => select(name)).join(' or ')}) == 0) or vector(0)`,
        unit: 'none',
        colours: limits([1, bad]),
        link: toMonitoring,
      },
    ],
  });
}

const toMonitoring = toDashboard(dashboardUids.monitoring, 'Open the dashboard of the monitoring');

const reloads = [
  'watchpost_config_last_reload_successful',
  'prometheus_config_last_reload_successful',
  'alertmanager_config_last_reload_successful',
] as const satisfies readonly SeriesName[];

function firing(severity: string): string {
  return `count(${select('ALERTS', { alertstate: 'firing', severity })}) or vector(0)`;
}
