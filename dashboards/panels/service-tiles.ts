import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { select } from '../../stack/promql.ts';
import { toObjectives } from './links.ts';
import { bad, from, good, limits, maintained, unknown, upOrDown, warning, words } from './look.ts';
import { certificateColours } from './overview-tiles.ts';
import { certificateDays, chosen, downFor, lastRunAge, noResult, passedShare, stateNow } from './queries.ts';
import { tilesPanel } from './tiles.ts';

/** How the chosen probes of the service are, in numbers. */
export function serviceNow(): PanelBuilder {
  const ofService = { service: '$service' };
  return tilesPanel({
    id: 20,
    title: '$service now',
    description:
      'Down when any of the chosen probes is confirmed down: read below what was found, then the runbook in the menu of this panel. When the last run is far longer ago than the interval, the probe service is in trouble.',
    alerts: ['ProbeDown', 'ProbeStale', 'ProbeMissing', 'CertificateExpiringSoon', 'CertificateExpiringVerySoon'],
    tiles: [
      {
        name: 'State',
        expr: `max(${stateNow(chosen)}) or vector(-1)`,
        unit: 'none',
        colours: from(unknown, [0, good], [noResult, warning], [1, bad]),
        words: [upOrDown, words({ '-1': ['has not run', unknown] })],
      },
      {
        name: 'Down for',
        expr: `${downFor(chosen)} or vector(0)`,
        unit: 's',
        decimals: 0,
        colours: from(good, [1, bad]),
        words: [words({ 0: ['not down', good] })],
      },
      { name: 'Runs passed', expr: passedShare([], chosen), unit: 'percentunit', decimals: 2 },
      { name: 'Last run ago', expr: `max(${lastRunAge(['probe'], chosen)})`, unit: 's', decimals: 0 },
      {
        name: 'Error budget spent',
        expr: `max(${select('slo:period_burned:ratio', ofService)})`,
        unit: 'percentunit',
        decimals: 0,
        colours: limits([1, bad]),
        link: toObjectives('$service'),
      },
      {
        name: 'Certificate expires in',
        expr: `min(${certificateDays(['probe'], chosen)})`,
        unit: 'suffix: days',
        decimals: 0,
        colours: certificateColours,
      },
      {
        name: 'Maintenance',
        expr: `max(${select('watchpost_service_maintenance', ofService)}) or vector(0)`,
        unit: 'none',
        colours: limits([1, maintained]),
        words: [words({ 0: ['no', good], 1: ['in a window', maintained] })],
      },
    ],
  });
}
