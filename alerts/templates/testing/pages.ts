import { alertLinks, probeDownAnnotations, probeDownLabels } from '../../../stack/alert.ts';
import { sloBurnFastRule } from '../../rules/slo-burn.ts';
import { sampleConfig } from '../../testing/sample.ts';

/** The fields of a page that a template sees; the direct pager's `Page` has the same. */
export interface SamplePage {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: ReturnType<typeof probeDownAnnotations>;
  readonly startsAt: number;
  readonly endsAt?: number;
}

const urls = {
  grafana: 'https://watch.example.org',
  alertmanager: 'https://watch.example.org/am',
  watchpost: 'https://watch.example.org/wp',
};
const subject = {
  service: 'panel',
  probe: 'ready',
  target: 'http://panel:39417/health/ready',
  severity: 'critical',
  team: 'ops',
  stack: 'shop',
  environment: 'production',
};
const burningAlert = sloBurnFastRule.tests(sampleConfig())[0]?.checks.at(-1)?.alerts[0];
const failure = {
  reason: 'status',
  found: 'status 503',
  expected: 'status 200',
  diagnosis: '2 of 3 addresses pass; 10.0.0.7: the status is wrong; all 12 other probes are up',
  changed: 'since the last good run 12 s before: version 1.4.2 → 1.4.3, processing 12 ms → 480 ms',
};
/** In the future: however late the test runs, it has lasted no time. */
const startsAt = Date.UTC(2199, 10, 20, 2, 14, 7, 900);

export const down: SamplePage = {
  status: 'firing',
  labels: probeDownLabels(subject),
  annotations: probeDownAnnotations(subject, failure, ['web', 'edge'], urls),
  startsAt,
};

export const up: SamplePage = {
  ...down,
  status: 'resolved',
  startsAt: Date.UTC(2026, 10, 20, 2, 14, 7, 900),
  endsAt: Date.UTC(2026, 10, 20, 2, 17, 12, 100),
};

/** A rule of somebody else: no annotation of ours, and a label that no word of ours is for. */
export const notOurs: SamplePage = {
  status: 'firing',
  labels: { alertname: 'DiskFull', instance: 'db-1:9100', severity: 'warning' },
  annotations: { description: 'Less than 5 % left on /var.\nIt was 40 % yesterday.' },
  startsAt,
};

export const serviceDown: SamplePage = {
  status: 'firing',
  labels: {
    ...{ alertname: 'ProbeServiceDown', job: 'watchpost', severity: 'critical' },
    ...{ team: 'default', stack: 'shop', environment: 'production' },
  },
  annotations: {
    summary: 'The probe service is down: nothing is being checked',
    description: 'Prometheus cannot scrape it. What was down when it died stays reported; new failures are not seen.',
    action: 'Restart it: docker compose up -d watchpost',
    ...alertLinks(urls, { alertname: 'ProbeServiceDown' }),
  },
  startsAt,
};

/** With the words that the rule's own test expects of Prometheus. */
export const burning: SamplePage = {
  status: 'firing',
  labels: { alertname: sloBurnFastRule.alert, ...burningAlert?.labels },
  annotations: burningAlert?.annotations ?? {},
  startsAt,
};

const attack = `<!channel> <https://evil.example/|OK> & \`*_~\r\nBcc: all@example.org "'+</p><script>alert(1)</script>{{ .Labels }}\u202e\u0000${'x'.repeat(600)}`;

/** What a target answers is its own affair; it must stay text, of some length, on one line. */
export const hostile: SamplePage = {
  status: 'firing',
  labels: { ...probeDownLabels({ ...subject, target: attack }), environment: attack, stack: 'a\r\nX-Injected: 1' },
  annotations: {
    ...probeDownAnnotations(subject, { reason: attack, found: attack, expected: attack }, [attack], urls),
    summary: attack,
    runbook_url: 'javascript:alert(1)',
    dashboard_url: 'https://watch.example.org/"><script>',
    logs_url: `https://watch.example.org/?a=1&b='(c)'+d|e`,
    silence_url: `https://watch.example.org/?a=1&b='(c)'+d`,
  },
  startsAt,
};

export function several(count: number): readonly SamplePage[] {
  return Array.from({ length: count }, (_, i) => {
    const of = {
      ...subject,
      probe: `probe-${i + 1}`,
      target: `shop-${i + 1}:443`,
      severity: i === 1 ? 'critical' : 'warning',
    };
    return { ...down, labels: probeDownLabels(of), annotations: probeDownAnnotations(of, failure, [], urls) };
  });
}
