import { alertLinks } from '../../stack/alert.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'ProberLies';

/** One of the prober's own controls was judged wrongly: what is known to be well failed, or what never is passed. */
export const proberLiesRule = defineRule({
  alert,
  expr: `${aggregate('min', ['control'], select('watchpost_control_correct'))} == 0`,
  forMs: 15_000,
  severity: 'warning',
  category: 'meta',
  team: 'default',
  templates: () => ({ control: labelValue('control') }),
  annotations: ({ control }, { urls }) => ({
    summary: 'The prober lies: no verdict can be trusted',
    description: `Its own control ${control} was judged wrongly. What it says of your services may be as wrong.`,
    action: `Check one service by hand before you believe or ignore a page, then restart the probe service: ${urls.watchpost}/-/healthy`,
    ...alertLinks(urls, { alertname: alert }),
  }),
  fires: () => [
    {
      name: 'a control that is judged wrongly fires',
      series: { [series('must_fail')]: '1 1 0x20', [series('must_pass')]: '1x20' },
      trueFromMs: 10_000,
      labels: { control: 'must_fail' },
      words: { control: 'must_fail' },
    },
  ],
  quiet: () => [
    {
      name: 'controls that are judged rightly are quiet',
      series: { [series('must_fail')]: '1x60', [series('must_pass')]: '1x60' },
      atMs: 120_000,
    },
    {
      name: 'one wrong run that the next one corrects is not yet a page',
      series: { [series('must_pass')]: '1 0 0 1x60' },
      atMs: 15_000,
    },
  ],
});

function series(control: string): string {
  return `watchpost_control_correct{control="${control}",job="watchpost",instance="watchpost:9815"}`;
}
