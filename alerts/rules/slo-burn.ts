import { alertLinks } from '../../stack/alert.ts';
import { sayDuration } from '../../stack/duration.ts';
import type { Severity } from '../../stack/labels.ts';
import { select } from '../../stack/promql.ts';
import { type BurnTier, burnTiers, ratioName } from '../../stack/slo.ts';
import { objectives } from '../slo/objectives.ts';
import { outageSeenBy, outageSpendsAll } from '../slo/outage.ts';
import { type AlertRule, defineRule, labelValue } from './rule.ts';

const { fast, slow, ticketFast, ticketSlow } = burnTiers;

/** Of the service in the tests. */
const budget = 0.001;
const periodSeconds = 30 * 86_400;
const words = { service: 'shop-under-test', slo: 'availability', objective: '99.9%' };
const spent = series('slo:period_burned:ratio');
const runs = series('slo:runs:increase1h');
/** From when on there are runs that are more than an hour old. */
const knownFromMs = 3_660_000;
const knownFrom = knownFromMs / 60_000;

/** Users are hurt now: the budget of a month would be gone in two days. */
export const sloBurnFastRule = burning('SLOBurnFast', [fast], 'critical', 120_000);
/** Users are hurt, less of them or less often: gone in five days. */
export const sloBurnSlowRule = burning('SLOBurnSlow', [slow], 'critical', 900_000);
/** It will not last until the end of the period: something to look into by day. */
export const sloBurnTicketRule = burning('SLOBurnTicket', [ticketFast, ticketSlow], 'warning', 3_600_000);

/** Both windows of a tier burn too fast. The value of the expression is how many times too fast. */
function tier({ factor, longMs, shortMs }: BurnTier): string {
  const budget = select('slo:error_budget:ratio');
  const long = `(${select(ratioName(longMs))} / on (service, slo) group_left (team) ${budget} > ${factor})`;
  const short = `(${select(ratioName(shortMs))} / on (service, slo) ${budget} > ${factor})`;
  const applies = `(${select('slo:period:seconds')} >= ${longMs / 1_000})`;
  return `${long} and on (service, slo) ${short} and on (service, slo) ${applies}`;
}

function burning(alert: string, tiers: readonly BurnTier[], severity: Severity, forMs: number): AlertRule {
  const [first = fast] = tiers;
  const long = series(ratioName(first.longMs));
  const short = series(ratioName(first.shortMs));
  const limit = first.factor * budget;
  const steps = forMs / 60_000 + 90 + knownFrom;
  const labels = { service: 'shop-under-test', slo: 'availability', team: 'ops' };
  const burnt = (own: BurnTier, burn: number) => {
    const values = `0x${knownFrom - 1} ${decimals(burn * budget)}x${steps}`;
    return { [series(ratioName(own.longMs))]: values, [series(ratioName(own.shortMs))]: values };
  };
  return defineRule({
    alert,
    appliesTo: (config) => objectives(config).length > 0,
    expr: tiers.map((own) => (tiers.length > 1 ? `(${tier(own)})` : tier(own))).join(' or '),
    forMs,
    holdsAfterMs: { of: outageSeenBy(tiers) },
    stepMs: 60_000,
    severity,
    ...(severity === 'critical' && { criticalBecause: 'user-visible' as const }),
    team: 'series',
    templates: () => ({
      service: labelValue('service'),
      slo: labelValue('slo'),
      burn: '{{ $value | printf "%.1f" }}',
      objective: asked('slo:objective:ratio', '{{ . | first | value | humanizePercentage }}', 'its objective'),
      budget: budgetLeft(),
    }),
    annotations: ({ service, slo, burn, objective, budget }, { urls }) => ({
      summary: `${service} spends its error budget too fast (${slo})`,
      description: `The error budget for ${slo} of ${objective} is being spent ${burn} times too fast over the last ${sayDuration(first.longMs)}; ${budget}.`,
      action: 'Open the dashboard: which probe fails or is slow, and since when. What was deployed or changed then?',
      ...alertLinks(urls, { alertname: alert, service }),
    }),
    fires: () => [
      {
        name: 'a budget that is spent too fast over both windows fires',
        series: { ...constant(steps), [spent]: `0.5x${steps}`, ...burnt(first, first.factor * 2) },
        trueFromMs: knownFromMs,
        labels,
        words: { ...words, burn: (first.factor * 2).toFixed(1), budget: budgetWords(0.5, first.factor * 2) },
      },
      {
        name: 'one that is spent already is said to be',
        series: { ...constant(steps), [spent]: `1.2x${steps}`, ...burnt(first, first.factor * 2) },
        trueFromMs: knownFromMs,
        labels,
        words: { ...words, burn: (first.factor * 2).toFixed(1), budget: '120% of it is spent, more than there was' },
      },
      {
        name: 'of runs that are all younger than an hour no budget is made',
        series: {
          ...constant(steps),
          [runs]: `_x${knownFrom + forMs / 60_000 - 59} 720x${steps}`,
          [spent]: `97.2x${steps}`,
          ...burnt(first, first.factor * 2),
        },
        trueFromMs: knownFromMs,
        labels,
        words: {
          ...words,
          burn: (first.factor * 2).toFixed(1),
          budget: 'what is left of it cannot be said from less than an hour of runs',
        },
      },
      ...tiers.slice(1).map((own) => ({
        name: `so does one over ${sayDuration(own.longMs)}`,
        series: { ...constant(steps), [spent]: `0.5x${steps}`, ...burnt(own, own.factor * 2) },
        trueFromMs: knownFromMs,
        labels,
        words: { ...words, burn: (own.factor * 2).toFixed(1), budget: budgetWords(0.5, own.factor * 2) },
      })),
    ],
    quiet: () => [
      {
        name: 'a budget that lasts is quiet',
        series: {
          ...constant(steps),
          [long]: `${decimals(limit * 0.9)}x${steps}`,
          [short]: `${decimals(limit * 0.9)}x${steps}`,
        },
        atMs: forMs + 1_800_000,
      },
      {
        name: 'it is over when the short window says so, however bad the long one still is',
        series: { ...constant(steps), [long]: `${decimals(limit * 5)}x${steps}`, [short]: `0x${steps}` },
        atMs: forMs + 1_800_000,
      },
      {
        name: 'a short burst says nothing yet',
        series: { ...constant(steps), [long]: `0x${steps}`, [short]: `${decimals(limit * 5)}x${steps}` },
        atMs: forMs + 1_800_000,
      },
      {
        name: 'an objective over a shorter time than the window has no such tier',
        series: {
          ...constant(steps, 1_800),
          [long]: `${decimals(limit * 5)}x${steps}`,
          [short]: `${decimals(limit * 5)}x${steps}`,
        },
        atMs: forMs + 1_800_000,
      },
    ],
  });
}

/** There is nothing left to spend until old failures leave the window. Minutes of runs say nothing of a period of days. */
export const sloBudgetExhaustedRule = defineRule({
  alert: 'SLOBudgetExhausted',
  appliesTo: (config) => objectives(config).length > 0,
  expr:
    `${select('slo:period_burned:ratio')} * on (service, slo) group_left (team)` +
    ` (${select('slo:objective:ratio')} > bool 0) >= 1 and on (service, slo)` +
    ` (${select('slo:runs:increase1h')} offset 1h > 0 or ${select('slo:runs:increase1h')} offset 1d > 0)`,
  forMs: 600_000,
  holdsAfterMs: { of: outageSpendsAll },
  stepMs: 60_000,
  severity: 'warning',
  team: 'series',
  templates: () => ({
    service: labelValue('service'),
    slo: labelValue('slo'),
    objective: asked('slo:objective:ratio', '{{ . | first | value | humanizePercentage }}', 'its objective'),
    over: asked('slo:period:seconds', '{{ . | first | value | humanizeDuration }}', 'its period'),
  }),
  annotations: ({ service, slo, objective, over }, { urls }) => ({
    summary: `${service} has no error budget left (${slo})`,
    description: `Over the last ${over} its ${slo} was below ${objective}. Every further failure is one too many.`,
    action:
      'Hold back what is risky, deploys first, until the budget has come back; open the dashboard to see what spent it.',
    ...alertLinks(urls, { alertname: 'SLOBudgetExhausted', service }),
  }),
  fires: () => [
    {
      name: 'a budget that is spent fires',
      series: { ...constant(120), [spent]: `0.9x${knownFrom - 1} 1.01x60` },
      trueFromMs: knownFromMs,
      labels: { service: 'shop-under-test', slo: 'availability', team: 'ops' },
      words: { service: 'shop-under-test', slo: 'availability', objective: '99.9%', over: '30d 0h 0m 0s' },
    },
  ],
  quiet: () => [
    { name: 'one that is nearly spent is quiet', series: { ...constant(120), [spent]: '0.99x120' }, atMs: 6_000_000 },
    {
      name: 'a moment without is nothing yet',
      series: { ...constant(120), [spent]: `0.9x${knownFrom - 1} 1.01x8 0.9x50` },
      atMs: knownFromMs + 1_200_000,
    },
    {
      name: 'runs that are all younger than an hour say nothing of it',
      series: { ...constant(120), [spent]: '97.2x120' },
      atMs: 3_540_000,
    },
  ],
});

/** What a query says of the objective that the alert is about. */
function asked(name: Parameters<typeof select>[0], say: string, otherwise: string): string {
  return `{{ with printf "${select(name)}{service=%q,slo=%q}" $labels.service $labels.slo | query }}${say}{{ else }}${otherwise}{{ end }}`;
}

/** How much of the budget is spent, and how long the rest lasts: what is left, divided by how fast it goes. */
function budgetLeft(): string {
  const own = (name: Parameters<typeof select>[0]) => `${select(name)}{service=%q,slo=%q}`;
  const names = (times: number) => '$labels.service $labels.slo '.repeat(times).trim();
  const known = `${own('slo:runs:increase1h')} offset 1h > 0 or ${own('slo:runs:increase1h')} offset 1d > 0`;
  const spentNow = `${own('slo:period_burned:ratio')} and on (service, slo) (${known})`;
  const lasts = `(1 - ${own('slo:period_burned:ratio')}) * on (service, slo) ${own('slo:period:seconds')} / %f`;
  const rest = `{{ with printf "${lasts}" ${names(2)} $value | query }}, and the rest lasts {{ . | first | value | humanizeDuration }} at this rate{{ end }}`;
  const say = `{{ . | first | value | humanizePercentage }} of it is spent{{ if lt (. | first | value) 1.0 }}${rest}{{ else }}, more than there was{{ end }}`;
  return `{{ with printf "${spentNow}" ${names(3)} | query }}${say}{{ else }}what is left of it cannot be said from less than an hour of runs{{ end }}`;
}

function series(name: string): string {
  return `${name}{service="shop-under-test",slo="availability"}`;
}

/** Of an objective that is like no other in the tests, with a run every five seconds. */
function constant(steps: number, seconds = periodSeconds): Readonly<Record<string, string>> {
  const of = (name: string) => `${name}{service="shop-under-test",slo="availability",team="ops"}`;
  return {
    [runs]: `720x${steps}`,
    [of('slo:error_budget:ratio')]: `${budget}x${steps}`,
    [of('slo:objective:ratio')]: `${decimals(1 - budget)}x${steps}`,
    [of('slo:period:seconds')]: `${seconds}x${steps}`,
  };
}

function decimals(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** What Prometheus's `humanizeDuration` makes of the time that is left. */
function budgetWords(left: number, burn: number): string {
  // The rate is put into the query with six digits.
  const seconds = Math.floor((left * periodSeconds) / Number(burn.toFixed(6)));
  const whole = (size: number, below: number) => Math.floor((seconds % below) / size);
  const days = Math.floor(seconds / 86_400);
  const parts = [`${whole(3_600, 86_400)}h`, `${whole(60, 3_600)}m`, `${seconds % 60}s`];
  const rest = [...(days > 0 ? [`${days}d`] : []), ...parts].join(' ');
  return `${(1 - left) * 100}% of it is spent, and the rest lasts ${rest} at this rate`;
}
