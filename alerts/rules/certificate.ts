import { alertLinks } from '../../stack/alert.ts';
import { sayDuration } from '../../stack/duration.ts';
import type { Severity } from '../../stack/labels.ts';
import { certificateLimits } from '../../stack/limits.ts';
import { aggregate, lastOverTime, select } from '../../stack/promql.ts';
import { type AlertRule, defineRule, labelValue } from './rule.ts';

const dayMs = 86_400_000;

/** Time to renew in working hours. */
export const certificateExpiringSoonRule = expiring(
  'CertificateExpiringSoon',
  certificateLimits.soonDays * dayMs,
  3_600_000,
  'warning',
);
/** Time to renew now: it is either forgotten or the renewal fails. */
export const certificateExpiringVerySoonRule = expiring(
  'CertificateExpiringVerySoon',
  certificateLimits.verySoonDays * dayMs,
  600_000,
  'critical',
);

/** It looks back for longer than any `for`, so that a probe that fails for another reason does not hide the certificate. */
function expiring(alert: string, belowMs: number, forMs: number, severity: Severity): AlertRule {
  const limit = belowMs / 1_000;
  return defineRule({
    alert,
    expr:
      `${aggregate(
        'min',
        ['service', 'probe', 'target', 'team'],
        `${lastOverTime(select('probe_ssl_earliest_cert_expiry'), '2h')}` +
          ` * on (service, probe) group_left (team) ${select('watchpost_probe_expected')}`,
      )}` + ` - time() < ${limit}`,
    forMs,
    stepMs: 60_000,
    severity,
    ...(severity === 'critical' && { criticalBecause: 'imminent-loss' as const }),
    team: 'series',
    templates: () => ({
      service: labelValue('service'),
      probe: labelValue('probe'),
      target: labelValue('target'),
      left: '{{ if ge $value 0.0 }}expires in {{ $value | humanizeDuration }}{{ else }}has expired{{ end }}',
    }),
    annotations: ({ service, probe, target, left }, { urls }) => ({
      summary: `${service}/${probe}: the certificate expires in less than ${sayDuration(belowMs)}`,
      description: `${target}: the first certificate of the chain ${left}.`,
      action: 'Renew it, make the server load it, and look at why the renewal did not happen by itself.',
      ...alertLinks(urls, { alertname: alert, service, probe }),
    }),
    fires: () => [
      {
        name: 'a certificate that is near its end fires',
        series: { [expected]: '1x100', [expiry]: `${limit - 1 + 60}x100` },
        // The evaluation at 60 s sees one second less than the limit, the one before does not.
        trueFromMs: 60_000,
        labels,
        words: { ...words, left: `expires in ${humanizeDuration(limit - 1 - forMs / 1_000)}` },
      },
      {
        name: 'a probe that fails does not hide it',
        series: { [expected]: '1x100', [expiry]: `${limit}x2 stale` },
        trueFromMs: 60_000,
        labels,
        words: { ...words, left: `expires in ${humanizeDuration(limit - 60 - forMs / 1_000)}` },
      },
      {
        name: 'a certificate that has expired is said to have',
        series: { [expected]: '1x100', [expiry]: '_ 1x100' },
        trueFromMs: 60_000,
        labels,
        words: { ...words, left: 'has expired' },
      },
    ],
    quiet: () => [
      {
        name: 'a certificate with time left is quiet',
        series: { [expected]: '1x100', [expiry]: `${limit + 5_000}x100` },
        atMs: 4_500_000,
      },
      {
        name: 'a certificate renewed in time is quiet',
        series: { [expected]: '1x100', [expiry]: `${limit}x5 ${limit * 10}x100` },
        atMs: 4_500_000,
      },
    ],
  });
}

const target = 'shop.test:443';
const id = `service="shop-under-test",probe="certificate",target="${target}",location="local",job="watchpost",instance="watchpost:9815"`;
const expiry = `probe_ssl_earliest_cert_expiry{${id}}`;
const expected = 'watchpost_probe_expected{service="shop-under-test",probe="certificate",team="default"}';
const labels = { service: 'shop-under-test', probe: 'certificate', target, team: 'default' };
const words = { service: 'shop-under-test', probe: 'certificate', target };

/** What Prometheus's `humanizeDuration` makes of a day or more. */
function humanizeDuration(seconds: number): string {
  const whole = (size: number, below: number) => Math.floor((seconds % below) / size);
  return `${Math.floor(seconds / 86_400)}d ${whole(3_600, 86_400)}h ${whole(60, 3_600)}m ${seconds % 60}s`;
}
