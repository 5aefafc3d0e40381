import type { PanelBuilder as Ranking } from '@grafana/grafana-foundation-sdk/bargauge';
import { logLimits } from '../../stack/limits.ts';
import { countLinesBy, errorLevels, stream, where } from '../../stack/logql.ts';
import { select } from '../../stack/promql.ts';
import { logsNow, logsSource, now } from './data.ts';
import { errors, field, label, toLogs, toObjectives } from './links.ts';
import { bad, limits, warning } from './look.ts';
import { rankingPanel } from './ranking.ts';

/** Who is worst off. */

export function budgets(): Ranking {
  return rankingPanel({
    id: 15,
    title: 'Error budget spent: the 10 most',
    description:
      'How much is spent of the failures that the objective allows in its period. When all of it is, hold back what is risky and click it: which probe spent it, and when?',
    alerts: ['SLOBurnFast', 'SLOBurnSlow', 'SLOBurnTicket', 'SLOBudgetExhausted'],
    unit: 'percentunit',
    colours: limits([1, bad]),
    none: 'No service has an objective.',
  })
    .min(0)
    .max(1)
    .decimals(0)
    .withTarget(now(`topk(10, ${select('slo:period_burned:ratio')})`, '{{service}} {{slo}}'))
    .dataLinks([toObjectives(label('service'))]);
}

/** In the five minutes that the alert looks at. */
export function errorLines(): Ranking {
  const lines = where(stream({ service_name: { like: '.+' } }), 'detected_level', { like: errorLevels });
  return rankingPanel({
    id: 16,
    title: 'Error lines in five minutes: the 10 most',
    description:
      'How many lines of level error or worse each service wrote in the last five minutes. Click one to read them: what began then, a deploy or a dependency?',
    alerts: ['LogErrorSpike', 'LogFatal'],
    source: logsSource,
    unit: 'short',
    colours: limits([logLimits.errorLines, warning]),
    none: 'No error was logged.',
  })
    .min(0)
    .withTarget(logsNow(`topk(10, ${countLinesBy(['service_name'], lines, '5m')})`, '{{service_name}}'))
    .dataLinks([toLogs(field('service_name'), errors)]);
}
