import { parser as logql } from '@grafana/lezer-logql';
import { describe, expect, test } from 'vitest';
import { aggregationLabels } from '../alerts/checks/aggregation-labels.ts';
import { ownContext } from '../alerts/checks/context.ts';
import { counter } from '../alerts/checks/counter.ts';
import { matcherLabels } from '../alerts/checks/matcher-labels.ts';
import { readQuery } from '../alerts/checks/query.ts';
import { rate } from '../alerts/checks/rate.ts';
import { series } from '../alerts/checks/series.ts';
import { syntax } from '../alerts/checks/syntax.ts';
import { vectorMatching } from '../alerts/checks/vector-matching.ts';
import { logLabels } from '../stack/logql.ts';
import { composeForTest, configOfEverything } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { filledIn, panelsOf, readDashboards } from './testing/dashboards.ts';

const everything = configOfEverything();
const dashboards = readDashboards(generateDashboards(everything, composeForTest()));
const targets = panelsOf(dashboards).flatMap(({ name, panel }) =>
  panel.targets.map((target) => ({ name: `${name} ${target.refId}`, panel, target, expr: target.expr })),
);
const annotations = dashboards.flatMap(({ uid, annotations: { list } }) =>
  list.map(({ name, expr, datasource }) => ({ name: `${uid}: ${name}`, datasource, expr })),
);
/** Those of variables that ask by a query of the language, not by the name of a label. */
const variables = dashboards.flatMap(({ uid, templating }) =>
  templating.list.flatMap(({ name, query, datasource }) => {
    if (typeof query === 'string' || datasource === undefined || query.query === undefined) return [];
    const [, asked = query.query] =
      /^(?:label_values\((.*),\s*\w+|query_result\((.*))\)$/s.exec(query.query)?.filter(Boolean) ?? [];
    return [{ name: `${uid}: variable ${name}`, datasource, expr: asked }];
  }),
);
const asked = [
  ...targets.map(({ name, target, expr }) => ({ name, datasource: target.datasource, expr })),
  ...annotations,
  ...variables,
];

test('an error budget is shown as what is spent of it, which is never below 0', () => {
  const budgets = targets.filter(({ expr }) => /slo:period_(?:burned|error_budget_remaining)/.test(expr));
  expect(budgets.map(({ name }) => name)).not.toEqual([]);
  expect(budgets.filter(({ expr }) => expr.includes('remaining')).map(({ name }) => name)).toEqual([]);
});

describe('every query of Prometheus', () => {
  // dashboard-linter: target-promql-rule, template-label-promql-rule, target-counter-agg-rule; and what rules are checked for.
  test.for(asked.filter(({ datasource }) => datasource.type === 'prometheus'))(
    '$name parses, and asks for series and labels that exist',
    ({ expr }) => {
      const rule = { ...emptyRule, expr: filledIn(expr), query: readQuery(filledIn(expr)) };
      const found = [syntax, series, matcherLabels, aggregationLabels, vectorMatching, counter, rate].flatMap((check) =>
        check.problems(rule, { ...ownContext, all: [] }).map(({ message, span }) => ({
          message,
          at: rule.expr.slice(span?.from, span?.to),
        })),
      );
      expect(found).toEqual([]);
      expect(rule.query.selectors.length).toBeGreaterThan(0);
    },
  );

  // dashboard-linter: target-rate-interval-rule. A number over the whole time range, or a rank at its end, has that for its window.
  test.for(targets.filter(({ target }) => target.datasource.type === 'prometheus'))(
    '$name takes the windows of its rates from the dashboard',
    ({ target }) => {
      const rates = [
        ...target.expr.matchAll(/\b(?:rate|irate|increase|delta|idelta|deriv)\([^[]*\[([^\]]+)\]( @ end\(\))?/g),
      ];
      const wrong = rates.filter(
        ([, window, atEnd]) => window !== (target.instant || atEnd ? '$__range' : '$__rate_interval'),
      );
      expect(wrong.map(([all]) => all)).toEqual([]);
    },
  );
});

const emptyRule = { kind: 'record', name: 'panel', labels: {}, annotations: {}, group: { name: 'panels' } } as const;

describe('every query of Loki', () => {
  const ofLoki = asked.filter(({ datasource }) => datasource.type === 'loki');

  // dashboard-linter: target-logql-rule.
  test.for(ofLoki)('$name parses, and asks for labels that exist', ({ expr }) => {
    const text = filledIn(expr);
    const faults: string[] = [];
    const labels: string[] = [];
    logql.parse(text).iterate({
      enter: (node) => {
        const at = text.slice(node.from, node.to);
        if (node.type.isError) faults.push(text.slice(Math.max(0, node.from - 10), node.to + 10));
        // A label that the query itself makes is no label of the lines.
        if (node.name === 'Identifier' && !text.includes(`(?P<${at}>`)) labels.push(at);
      },
    });
    expect(faults).toEqual([]);
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.filter((label) => !logLabels.includes(label))).toEqual([]);
  });

  // dashboard-linter: target-logql-auto-rule. The five minutes are those of an alert.
  test.for(targets.filter(({ target }) => target.datasource.type === 'loki'))(
    '$name takes its windows from the dashboard',
    ({ target }) => {
      const windows = [...target.expr.matchAll(/\[([^\]]+)\]/g)].map(([, window]) => window ?? '');
      const allowed = target.queryType === 'instant' ? ['$__range', '5m'] : ['$__auto'];
      const own = windows.filter((window) => /^(?:\$|\d+\w$)/.test(window));
      expect(own.filter((window) => !allowed.includes(window))).toEqual([]);
    },
  );
});
