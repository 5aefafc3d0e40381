import { select } from '../../stack/promql.ts';
import { expectedUnits } from '../expected-units.ts';
import { moduleRule, seriesOf } from './module-rule.ts';
import { labelValue } from './rule.ts';

const series = seriesOf('host');
const state = (unit: string, state: string, type = 'simple') =>
  series('node_systemd_unit_state', { name: unit, state, type });
const [unit, job] = ['nginx.service', 'backup.service'];
const labels = { name: unit };

const expectation = (name: string) => `watchpost_unit_expected{service="host-under-test",name="${name}",team="ops"}`;
const host = { [series('up')]: '1x100', [expectation(unit)]: '1x100', [expectation(job)]: '1x100' };

const expected = select('watchpost_unit_expected');
const of = (state: string, match: Readonly<Record<string, string>> = {}) =>
  select('node_systemd_unit_state', { state, ...match });
const once = { type: 'oneshot' };
const right = `${of('active')} == 1 or ${of('activating', once)} == 1 or ${of('inactive', once)} == 1`;

/**
 * A unit that a host names is not active, or systemd does not know it: one that was stopped and that nothing wants is
 * forgotten, so its series are gone. A unit that runs once and ends is right when it has not failed.
 */
export const hostUnitFailedRule = moduleRule({
  alert: 'HostUnitFailed',
  kinds: ['host'],
  appliesTo: (config) => expectedUnits(config).length > 0,
  expr: `${expected} unless on (service, name) (${right}) and on (service) (${select('up', { job: 'host' })} == 1)`,
  forMs: 60_000,
  severity: 'warning',
  templates: {
    unit: labelValue('name'),
    state:
      '{{ with printf "node_systemd_unit_state{service=%q,name=%q} == 1" $labels.service $labels.name | query }}' +
      '{{ . | first | label "state" }}{{ else }}not loaded{{ end }}',
  },
  text: ({ service, unit, state }) => ({
    summary: `${service}: ${unit} is ${state}`,
    description: `systemd says that ${unit} is ${state}, expected active (or, of one that runs once, not failed).`,
    action: `Why? systemctl status ${unit}; journalctl -u ${unit} -n 50; then systemctl restart ${unit}`,
  }),
  fires: [
    {
      name: 'a unit that has failed fires',
      series: {
        ...host,
        [state(unit, 'active')]: '1 1 0x60',
        [state(unit, 'failed')]: '0 0 1x60',
        [state(unit, 'inactive')]: '0x60',
        [state(job, 'inactive', 'oneshot')]: '1x60',
        [state(job, 'active', 'oneshot')]: '0x60',
      },
      trueFromMs: 10_000,
      labels,
      words: { unit, state: 'failed' },
    },
    {
      name: 'so does one that was stopped, and that systemd has forgotten',
      series: {
        ...host,
        [state(unit, 'active')]: '1 1 stale',
        [state(unit, 'inactive')]: '0 0 stale',
        [state(job, 'inactive', 'oneshot')]: '1x60',
      },
      trueFromMs: 10_000,
      labels,
      words: { unit, state: 'not loaded' },
    },
    {
      name: 'so does one that runs once, when it fails',
      series: {
        ...host,
        [state(unit, 'active')]: '1x60',
        [state(job, 'active', 'oneshot')]: '0x60',
        [state(job, 'inactive', 'oneshot')]: '1 1 0x60',
        [state(job, 'failed', 'oneshot')]: '0 0 1x60',
      },
      trueFromMs: 10_000,
      labels: { name: job },
      words: { unit: job, state: 'failed' },
    },
  ],
  quiet: [
    {
      name: 'units that are active, and one that has run once, are quiet',
      series: {
        ...host,
        [state(unit, 'active')]: '1x100',
        [state(unit, 'failed')]: '0x100',
        [state(job, 'active', 'oneshot')]: '0x100',
        [state(job, 'inactive', 'oneshot')]: '1x100',
      },
    },
    {
      name: 'a restart is over before it is told',
      series: {
        ...host,
        [state(unit, 'active')]: '1 0 0 0 1x100',
        [state(job, 'inactive', 'oneshot')]: '1x100',
      },
      atMs: 65_000,
    },
    { name: 'of a host that does not answer nothing is known', series: { ...host, [series('up')]: '0x100' } },
  ],
});
