import { describe, expect, test } from 'vitest';
import type { Config, ProbeConfig, ServiceConfig } from '../../config/model.ts';
import { email, sampleConfig, slack } from '../testing/sample.ts';
import type { PagePlan } from './model.ts';
import { planPages } from './plan-pages.ts';

/** The first probe of the only service. Every 10 s, limit 4 s, two re-checks, where nothing else is said. */
function onlyProbe(probe: Partial<ProbeConfig> = {}, config: Partial<Config> = {}): PagePlan['probes'][number] {
  const plan = planPages({ ...sampleConfig({ slack, email }, [service('web', { probes: [probe] })]), ...config });
  const [first] = plan.probes;
  if (!first) throw new Error('no probe was planned');
  return first;
}

function service(
  name: string,
  {
    probes = [{}],
    ...further
  }: Partial<Omit<ServiceConfig, 'probes'>> & { probes?: readonly Partial<ProbeConfig>[] } = {},
): ServiceConfig {
  const every = { everyMs: 10_000, timeoutMs: 4_000, confirm: 2, recover: 2, severity: 'critical' } as const;
  const built = probes.map((probe, i) => ({
    ...{ service: name, name: `p${i}`, kind: 'http', options: {}, atOnePlace: false, awaitsMs: 0 },
    ...every,
    ...probe,
  }));
  return { team: 'default', labels: {}, dependsOn: [], ...further, name, probes: built };
}

const three: Partial<Config> = {
  location: 'ams',
  locations: [
    { name: 'fra', host: '10.8.0.2', port: 9815 },
    { name: 'nyc', host: '10.8.0.3', port: 9815 },
  ],
  quorum: 2,
};
const officeHours = { from: '08:00', to: '18:00', days: ['mon'], timeZone: 'Europe/Berlin' } as const;

/** Each sum in the order in which the time passes; 0.2 s and 1 s are for what the machine and the channel take. */
describe('from a fault to the page of a probe', () => {
  const cases: readonly {
    readonly name: string;
    readonly probe?: Partial<ProbeConfig>;
    readonly config?: Partial<Config>;
    readonly times: Pick<PagePlan['probes'][number], 'typicalMs' | 'worstMs' | 'worstHangingMs'>;
  }[] = [
    {
      name: 'is the wait for a run, two re-checks, and the hold-back; one that hangs adds three timeouts',
      times: {
        typicalMs: 5_000 + 2_000 + 200,
        worstMs: 10_000 + 2_000 + 2_000 + 1_000,
        worstHangingMs: 10_000 + 3 * 4_050 + 2_000 + 2_000 + 1_000,
      },
    },
    {
      name: 'is shorter without re-checks',
      probe: { everyMs: 5_000, confirm: 0 },
      times: { typicalMs: 2_700, worstMs: 5_000 + 2_000 + 1_000, worstHangingMs: 5_000 + 4_050 + 2_000 + 1_000 },
    },
    {
      name: 'waits for the second of three places, a scrape and an evaluation where a quorum decides',
      config: three,
      times: {
        typicalMs: 5_000 + 2_000 + 2_500 + 2_500 + 200,
        worstMs: 10_000 + 2_000 + 2_000 + (5_000 + 4_000) + 5_000 + 1_000,
        worstHangingMs: 10_000 + 3 * 4_050 + 2_000 + 2_000 + (5_000 + 4_000) + 5_000 + 1_000,
      },
    },
    {
      name: 'does not where the probe is in one place by nature',
      probe: { atOnePlace: true },
      config: three,
      times: { typicalMs: 7_200, worstMs: 15_000, worstHangingMs: 27_150 },
    },
    {
      name: 'is as long as a job may be away, where one is awaited, and nothing hangs',
      probe: { atOnePlace: true, awaitsMs: 26 * 3_600_000 },
      times: {
        typicalMs: 13 * 3_600_000 + 7_200,
        worstMs: 26 * 3_600_000 + 15_000,
      },
    },
  ];
  test.each(cases)('$name', ({ probe, config, times }) => {
    const { typicalMs, worstMs, worstHangingMs } = onlyProbe(probe, config);
    expect({ typicalMs, worstMs, worstHangingMs }).toEqual(times);
  });

  test('the end is so many passes, the rule and a tick of the group', () => {
    expect(onlyProbe().over).toEqual({
      typicalMs: 5_000 + 10_000 + 2_500 + 2_500 + 15_000 + 200,
      worstMs: 2 * 10_000 + 4_000 + (5_000 + 4_000) + 5_000 + 30_000 + 1_000,
    });
  });

  test('the end waits for those behind it, half a minute at most', () => {
    const services = [service('db'), service('web', { dependsOn: ['db'] })];
    const [db, web] = planPages(sampleConfig({ slack }, services)).probes;
    expect(db?.over.worstMs).toBe((web?.over.worstMs ?? 0) + 30_000);
  });
});

describe('who hears', () => {
  test('everybody of a critical probe, Slack alone of a warning, in office hours where there are some', () => {
    expect(onlyProbe()).toMatchObject({
      receiver: 'everybody-critical',
      channels: [
        { kind: 'slack', to: '#alerts' },
        { kind: 'email', to: 'oncall@example.org' },
        { kind: 'email', to: 'boss@example.org' },
      ],
      inOfficeHours: false,
    });
    expect(onlyProbe({ severity: 'warning' }, { officeHours })).toMatchObject({
      receiver: 'everybody-warning',
      channels: [{ kind: 'slack', to: '#alerts' }],
      inOfficeHours: true,
    });
  });

  test('the team of the service, where it has channels of its own', () => {
    const teams = { data: { slack: { ...slack, channel: '#data' } } };
    const plan = planPages(sampleConfig({ slack, teams }, [service('db', { team: 'data' })]));
    expect(plan.probes[0]?.channels).toEqual([{ kind: 'slack', to: '#data' }]);
    const told = (alert: string) =>
      plan.alerts.filter((own) => own.alert === alert).flatMap(({ channels }) => channels.map(({ to }) => to));
    expect({ certificate: told('CertificateExpiringSoon'), stale: told('ProbeStale') }).toEqual({
      certificate: ['#data'],
      stale: ['#alerts'],
    });
  });
});

describe('from a fault in a metric to the page of a rule', () => {
  const slo = { availability: 0.999, windowMs: 30 * 86_400_000 };
  const { alerts } = planPages(sampleConfig({ slack, email }, [service('web', { slo })]));
  const times = (name: string) => {
    const own = alerts.filter(({ alert }) => alert === name);
    return own.map(({ typicalMs, worstMs }) => [typicalMs, worstMs]);
  };
  const half = 2_500 + 2_500 + 200;
  const full = 5_000 + 4_000 + 5_000 + 1_000;

  test.each([
    { alert: 'ProbeServiceDown', why: 'for 15 s, group_wait 5 s', ms: 15_000 + 5_000 },
    { alert: 'TargetDown', why: 'for 2 m, group_wait 30 s', ms: 120_000 + 30_000 },
    { alert: 'PrometheusConfigReloadFailed', why: 'a window of 5 m, for 2 m', ms: 300_000 + 120_000 + 30_000 },
    { alert: 'ProbeStale', why: 'three intervals, for 30 s', ms: 30_000 + 30_000 + 30_000 },
  ])('$alert: $why', ({ alert, ms }) => {
    expect(times(alert)).toEqual([[ms + half, ms + full]]);
  });

  test('EndToEndReceiptStale: silent for 3 m, for 30 s; critical is that of Prometheus, a warning that of Loki', () => {
    const [byPrometheus, byLoki] = [180_000 + 30_000 + 5_000, 180_000 + 30_000 + 30_000];
    expect(times('EndToEndReceiptStale')).toEqual([
      [byPrometheus + half, byPrometheus + full],
      [byLoki + half, byLoki + full],
    ]);
  });

  test.each([
    { alert: 'SLOBurnFast', why: '14.4 × 0.1 % of 1 h, for 2 m', ms: 51_840 + 120_000 + 5_000, late: 30_000 },
    { alert: 'SLOBurnSlow', why: '6 × 0.1 % of 6 h, for 15 m', ms: 129_600 + 900_000 + 5_000, late: 390_000 },
    { alert: 'SLOBurnTicket', why: '3 × 0.1 % of 1 d, for 1 h', ms: 259_200 + 3_600_000 + 30_000, late: 390_000 },
    { alert: 'SLOBudgetExhausted', why: '0.1 % of 30 d, for 10 m', ms: 2_592_000 + 600_000 + 30_000, late: 390_000 },
  ])('a total outage and $alert: $why, and what the recordings lag behind', ({ alert, ms, late }) => {
    expect(times(alert)).toEqual([[ms + late / 2 + half, ms + late + full]]);
  });

  test('neither what pages by a probe is listed, nor what pages nobody', () => {
    expect(alerts.filter(({ alert }) => ['ProbeDown', 'Watchdog'].includes(alert))).toEqual([]);
  });

  test('an objective over a shorter time than a tier looks at has no such row', () => {
    const short = { availability: 0.999, windowMs: 2 * 86_400_000 };
    const plan = planPages(sampleConfig({ slack }, [service('web', { slo: short })]));
    expect(plan.alerts.find(({ alert }) => alert === 'SLOBurnTicket')?.worstMs).toBe(
      259_200 + 3_600_000 + 30_000 + 390_000 + full,
    );
  });
});

describe('what is silent meanwhile', () => {
  test('those behind a service, what else is said of it, and nothing of others', () => {
    const services = [service('db'), service('web', { dependsOn: ['db'] }), service('other')];
    const [db, , other] = planPages(sampleConfig({ slack }, services)).probes;
    expect(db?.mutes).toEqual([
      { alert: 'ProbeDown', services: ['web'] },
      { alert: 'ProbeStale', services: ['web', 'db'] },
      { alert: 'CertificateExpiringSoon', services: ['web'] },
      { alert: 'CertificateExpiringVerySoon', services: ['web'] },
      { alert: 'TargetDown', services: ['web', 'db'] },
    ]);
    expect(other?.mutes).toEqual([
      { alert: 'ProbeStale', services: ['other'] },
      { alert: 'TargetDown', services: ['other'] },
    ]);
  });

  test('a probe that only warns mutes nobody behind it', () => {
    const services = [service('db', { probes: [{ severity: 'warning' }] }), service('web', { dependsOn: ['db'] })];
    const [db] = planPages(sampleConfig({ slack }, services)).probes;
    expect(db?.mutes.filter(({ services: of }) => of.includes('web'))).toEqual([]);
  });

  test('everything where many services fail at once, of which there must be five', () => {
    const many = (count: number) =>
      planPages(
        sampleConfig(
          { slack },
          Array.from({ length: count }, (_, i) => service(`s${i}`)),
        ),
      ).manyServices;
    expect(many(4)).toBeUndefined();
    expect(many(5)?.mutes).toContainEqual({ alert: 'ProbeDown', services: ['s0', 's1', 's2', 's3', 's4'] });
  });
});

describe('warnings', () => {
  const slow = { everyMs: 60_000, timeoutMs: 5_000 };
  const cases: readonly {
    readonly name: string;
    readonly services: readonly ServiceConfig[];
    readonly config?: Partial<Config>;
    readonly says: readonly string[];
  }[] = [
    { name: 'a service that is probed every 10 s', services: [service('web')], says: [] },
    {
      name: 'one that can be down for more than a minute',
      services: [service('web', { probes: [slow] })],
      says: [
        'web: it can be down for 65 s before anybody hears; its fastest probe is web/p0: every 1m, timeout 5s, 2 re-checks',
      ],
    },
    {
      name: 'one that can only hang for so long',
      services: [service('web', { probes: [{ everyMs: 30_000, timeoutMs: 15_000 }] })],
      says: [
        'web: it can hang for 80 s before anybody hears; its fastest probe is web/p0: every 30s, timeout 15s, 2 re-checks',
      ],
    },
    { name: 'one with a fast probe beside it', services: [service('web', { probes: [slow, {}] })], says: [] },
    {
      name: 'one whose fast probe waits for office hours',
      services: [service('web', { probes: [slow, { severity: 'warning' }] })],
      config: { officeHours },
      says: [
        'web: it can be down for 65 s before anybody hears; its fastest probe is web/p0: every 1m, timeout 5s, 2 re-checks',
      ],
    },
    {
      name: 'one that is not critical',
      services: [service('web', { probes: [{ ...slow, severity: 'warning' }] })],
      says: [],
    },
    {
      name: 'a job, which is as late as its user says',
      services: [service('backup', { probes: [{ awaitsMs: 9e7 }] })],
      says: [],
    },
    {
      name: 'a service without probes',
      services: [service('web', { probes: [] })],
      says: ['web: nothing probes it: nobody hears when it is down'],
    },
    {
      name: 'a team without channels',
      services: [service('web', { team: 'silent' })],
      says: ['web: no channel is configured for it: nobody hears when it is down'],
    },
    {
      name: 'a parent whose page goes to others than those behind it',
      services: [service('db', { team: 'data' }), service('web', { dependsOn: ['db'] })],
      says: [
        'db: while it is down, nothing is said of web, and its own page goes to Slack #data only: Slack #alerts would not hear',
      ],
    },
  ];
  test.each(cases)('$name', ({ services, config, says }) => {
    const teams = { silent: {}, data: { slack: { ...slack, channel: '#data' } } };
    const { warnings } = planPages({ ...sampleConfig({ slack, teams }, services), ...config });
    expect(warnings.map(({ service: about, text }) => `${about}: ${text}`)).toEqual(says);
  });
});
