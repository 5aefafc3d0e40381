import { describe, expect, test } from 'vitest';
import { labelsOf } from '../alerts/checks/labels-of.ts';
import { readQuery } from '../alerts/checks/query.ts';
import { knownSeries } from '../stack/promql.ts';
import { composeForTest, configOfEverything, serviceForTest } from '../test/support/generator-input.ts';
import { generateDashboards } from './index.ts';
import { filledIn, panelsOf, readDashboards } from './testing/dashboards.ts';

/** What there is more of with every service. */
const perService = ['service', 'probe', 'target', 'job', 'instance', 'service_name'];

/** A panel of these draws every series that it gets. A table shows as many rows as fit, and lines of logs are limited. */
const drawn = ['timeseries', 'state-timeline', 'stat', 'bargauge'];

const everything = configOfEverything();
const drawings = panelsOf(readDashboards(generateDashboards(everything, composeForTest())))
  .filter(({ panel }) => drawn.includes(panel.type))
  .flatMap(({ name, panel }) => panel.targets.map((target) => ({ name: `${name} ${target.refId}`, target })));

describe('with a thousand services', () => {
  test('no dashboard is larger than with few, and none than a megabyte', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => serviceForTest({ name: `service-${index}` }));
    const files = generateDashboards({ ...everything, services: [...everything.services, ...many] }, composeForTest());
    expect(files).toEqual(generateDashboards(everything, composeForTest()));
    expect(files.filter(({ content }) => content.length > 1_000_000).map(({ path }) => path)).toEqual([]);
  });

  test.for(drawings)('$name draws no line for each of them', ({ target }) => {
    // One service, or what the user has chosen.
    const isChosen = /\b(?:service|service_name)=~?"\$\w+/.test(target.expr);
    const isLimited = /\b(?:topk|bottomk)\(/.test(target.expr);
    // Of the parts of the stack there are as many as there are.
    const isOfParts = /\bjob=~?"[\w|-]+"|\bservice=""/.test(target.expr) || selectorsAreOfParts(target.expr);
    const labels = target.datasource.type === 'loki' ? groupedBy(target.expr) : resultLabels(filledIn(target.expr));
    const growing = labels.filter((label) => perService.includes(label));
    expect({ growing: isChosen || isLimited || isOfParts ? [] : growing }).toEqual({ growing: [] });
  });
});

/** Of their own metrics; what they say of probes carries more than a job. */
function selectorsAreOfParts(expr: string): boolean {
  const names = readQuery(filledIn(expr)).selectors.map(({ name = '' }) => name);
  const ofProbes = (name: string) => knownSeries(name)?.labels.includes('probe') === true;
  return names.every(
    (name) => /^(?:watchpost|prometheus|alertmanager|loki|alloy|grafana)_/.test(name) && !ofProbes(name),
  );
}

function resultLabels(expr: string): readonly string[] {
  const labels = labelsOf(readQuery(expr).root, expr, knownSeries);
  return typeof labels === 'string' ? (labels === 'scalar' ? [] : perService) : [...labels];
}

function groupedBy(expr: string): readonly string[] {
  return [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((own) => own.trim()),
  );
}
