import { describe, expect, test } from 'vitest';
import { alertRules } from '../alerts/rules/index.ts';
import { logRules } from '../loki/rules/index.ts';
import { scrapeTimeoutMs } from '../stack/parts.ts';
import { composeForTest, configOfEverything } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { fieldsOf, type Panel, panelsOf, readDashboards } from './testing/dashboards.ts';

const everything = configOfEverything();
/** How a panel's unit says what its alert says in seconds. */
const scale: Readonly<Record<string, number>> = { 'suffix: days': 86_400, d: 86_400, h: 3_600, m: 60, ms: 0.001 };

/** Limits that no rule compares with, and where they come from. */
const noAlerts: Readonly<Record<string, readonly number[]>> = {
  'watchpost-monitoring: Slowest scrapes': [scrapeTimeoutMs / 1_000],
};

const panels = panelsOf(readDashboards(generateDashboards(everything, composeForTest()))).map((shown) => ({
  ...shown,
  limits: limitsOf(shown.panel),
}));

/** Where a colour begins that says something, in the unit in which alerts count. States, 0 and 1 and what lies between, say it by a word. */
function limitsOf(panel: Panel): readonly number[] {
  return fieldsOf(panel).flatMap(({ thresholds, unit = panel.fieldConfig.defaults.unit ?? '' }) =>
    (thresholds?.steps ?? []).flatMap(({ value }) =>
      value === null || isState(value, unit) ? [] : [value * (scale[unit] ?? 1)],
    ),
  );
}

function isState(value: number, unit: string): boolean {
  return value < -10_000 || value === 0 || value === 1 || (value === 0.5 && unit === 'none');
}

/** Every number that the rule of an alert compares with. */
function numbersIn(alert: string): readonly number[] {
  const rule = alertRules.find((own) => own.alert === alert);
  const log = logRules.find((own) => own.alert === alert);
  const exprs = rule ? [rule.expr(everything)] : (log?.rules(everything).map(({ expr }) => expr) ?? []);
  if (exprs.length === 0) throw new Error(`no rule is named ${alert}`);
  // LogQL compares as PromQL does; the text is enough for both.
  return exprs.flatMap((expr) =>
    [...expr.matchAll(/(?:[<>]=?|==)\s*(?:bool\s+)?(-?\d+(?:\.\d+)?)/g)].map(([, number]) => Number(number)),
  );
}

function alertsOf(panel: Panel): readonly string[] {
  return (panel.links ?? []).flatMap(({ url }) => /^\$\{runbooks:raw\}\/(\w+)$/.exec(url)?.[1] ?? []);
}

describe('every limit of a panel', () => {
  test.for(panels.filter(({ limits }) => limits.length > 0))(
    '$name is one at which an alert about it speaks',
    ({ name, panel, limits }) => {
      const spoken = [...alertsOf(panel).flatMap(numbersIn), ...(noAlerts[name] ?? [])];
      expect(limits.filter((limit) => !spoken.some((number) => Math.abs(number - limit) < 1e-9))).toEqual([]);
    },
  );

  test('there are some', () => {
    expect(panels.flatMap(({ limits }) => limits).length).toBeGreaterThan(10);
  });
});
