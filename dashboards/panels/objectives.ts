import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { formatDuration } from '../../stack/duration.ts';
import { aggregate, type SeriesName, select } from '../../stack/promql.ts';
import { type BurnTier, burnTiers, ratioName } from '../../stack/slo.ts';
import { rows } from './data.ts';
import { field, toObjectives } from './links.ts';
import { bad, limits, warning } from './look.ts';
import { secondsPerDay } from './queries.ts';
import { linksTo, tablePanel, width } from './table.ts';

/** What each alert about objectives is called, by the tier that it looks at, and how bad that is. */
export const tierAlerts = {
  fast: { alert: 'SLOBurnFast', colour: bad },
  slow: { alert: 'SLOBurnSlow', colour: bad },
  ticketFast: { alert: 'SLOBurnTicket', colour: warning },
  ticketSlow: { alert: 'SLOBurnTicket', colour: warning },
} as const satisfies Record<keyof typeof burnTiers, { alert: string; colour: string }>;

const objective = ['service', 'slo'] as const;

/** Of the chosen service, or of all. */
export type ServiceChoice = { readonly service?: string };

/** How many times faster than allowed the budget went in this window. */
export function burn(windowMs: number, match: ServiceChoice = {}): string {
  return `${select(ratioName(windowMs), match)} / on (service, slo) ${select('slo:error_budget:ratio', match)}`;
}

/** Seconds that the rest of the budget lasts if it goes on as in the last hour; nothing where none is spent, or all is. */
export function restLasts(match: ServiceChoice = {}): string {
  const left = `(1 - ${select('slo:period_burned:ratio', match)} > 0)`;
  const seconds = `${left} * on (service, slo) ${aggregate('max', objective, select('slo:period:seconds', match))}`;
  return `${seconds} / on (service, slo) (${burn(burnTiers.fast.longMs, match)} > 0)`;
}

/** Every objective of every service, the one that is worst off first. */
export function objectivesNow(): Table {
  const tiers = Object.entries(burnTiers) as [keyof typeof burnTiers, BurnTier][];
  return tablePanel({
    id: 1,
    title: 'Every objective now',
    description:
      'How much of each error budget is spent, and how many times too fast it goes. Coloured: an alert is on its way, or there already. Click a service to see what spends its budget.',
    alerts: ['SLOBurnFast', 'SLOBurnSlow', 'SLOBurnTicket', 'SLOBudgetExhausted'],
    queries: [
      rows(perObjective('slo:period_burned:ratio'), 'A'),
      rows(perObjective('slo:objective:ratio'), 'B'),
      rows(`${perObjective('slo:period:seconds')} / ${secondsPerDay}`, 'C'),
      rows(restLasts(), 'D'),
      ...tiers.map(([, { longMs }], index) => rows(burn(longMs), letter(index))),
    ],
    columns: [
      { from: 'service', title: 'Service', properties: [linksTo(toObjectives(field('Service')))] },
      { from: 'slo', title: 'Objective', properties: [width(110)] },
      { from: 'Value #B', title: 'Target', properties: [unit('percentunit'), decimals(2), width(90)] },
      { from: 'Value #C', title: 'Over', properties: [unit('suffix: days'), decimals(0), width(90)] },
      {
        from: 'Value #A',
        title: 'Budget spent',
        properties: [unit('percentunit'), decimals(1), thresholds(limits([1, bad])), coloured, width(110)],
      },
      ...tiers.map(([tier, { factor, longMs }], index) => ({
        from: `Value #${letter(index)}`,
        title: `Burn rate, ${formatDuration(longMs)}`,
        properties: [decimals(1), thresholds(limits([factor, tierAlerts[tier].colour])), coloured, width(120)],
      })),
      { from: 'Value #D', title: 'Rest lasts', properties: [unit('s'), decimals(1), width(110)] },
    ],
    sortBy: 'Burn rate, 1h',
    none: 'No service has an objective.',
  });
}

function letter(index: number): string {
  return String.fromCharCode('E'.charCodeAt(0) + index);
}

function perObjective(name: SeriesName): string {
  return aggregate('max', objective, select(name));
}

const coloured: DynamicConfigValue = { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } };

function unit(value: string): DynamicConfigValue {
  return { id: 'unit', value };
}
function decimals(value: number): DynamicConfigValue {
  return { id: 'decimals', value };
}
function thresholds(steps: ReturnType<typeof limits>): DynamicConfigValue {
  return { id: 'thresholds', value: steps.build() };
}
