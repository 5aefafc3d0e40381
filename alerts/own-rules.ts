import type { Config } from '../config/model.ts';
import type { KnownSeries } from '../stack/catalogue/index.ts';
import { foreignSeries } from '../stack/catalogue/index.ts';
import type { Rule } from '../stack/rule.ts';
import type { CheckContext } from './checks/check.ts';
import { ownContext } from './checks/context.ts';
import { checkRules } from './checks/index.ts';
import { labelsOf } from './checks/labels-of.ts';
import { nearestName } from './checks/nearest-name.ts';
import { readQuery } from './checks/query.ts';

/** What is wrong with the user's own rules: what would be wrong with ours, as far as their metrics are known. */
export function checkOwnRules(rules: readonly Rule[], config: Config): ReturnType<typeof checkRules<Rule>> {
  return checkRules(rules, contextOf(rules, config));
}

function contextOf(rules: readonly Rule[], config: Config): Omit<CheckContext, 'all'> {
  const recorded = new Map(rules.filter(({ kind }) => kind === 'record').map((rule) => [rule.name, rule]));
  // Prometheus adds the labels of a service to whatever it scrapes for it.
  const further = [...new Set(config.services.flatMap(({ labels }) => Object.keys(labels)))];
  const known = (name: string): KnownSeries | undefined => {
    const own = recorded.get(name);
    if (own) return recordedSeries(own, ownContext.known);
    const series = ownContext.known(name);
    const isScraped = series !== undefined && (foreignSeries(name) !== undefined || name === 'up');
    return isScraped ? { ...series, labels: [...series.labels, ...further] } : series;
  };
  return {
    ...ownContext,
    known,
    // What an application calls its metrics is its own business; one almost like that of an exporter is misspelt.
    mayBeUnknown: (name) => recorded.has(name) || !isLikeKnown(name),
    annotations: ['summary'],
  };
}

/** By what it is computed from; undefined where that is not known. */
function recordedSeries({ expr, labels }: Rule, known: CheckContext['known']): KnownSeries | undefined {
  const { root, faults } = readQuery(expr);
  const carried = faults.length > 0 ? 'any' : labelsOf(root, expr, known);
  if (carried === 'any' || carried === 'scalar') return undefined;
  return { type: 'gauge', labels: [...carried, ...Object.keys(labels)], components: ['rules'] };
}

function isLikeKnown(name: string): boolean {
  const component = /^[a-z]+_/.exec(name)?.[0];
  if (component === undefined) return false;
  return (
    nearestName(
      name,
      ownContext.names.filter((one) => one.startsWith(component)),
    ) !== undefined
  );
}
