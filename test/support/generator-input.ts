import type { Config, ProbeConfig, ServiceConfig } from '../../config/model.ts';
import { exporterKinds, exporterName } from '../../stack/exporters.ts';
import { serviceKinds } from '../../stack/kinds.ts';
import { defaultUrls } from '../../stack/links.ts';
import { logDefaults } from '../../stack/log-store.ts';
import { type Part, partNames, parts } from '../../stack/parts.ts';
import type { Surroundings } from '../../stack/surroundings.ts';

/** Surroundings as Compose gives them. What a generator makes of these stands in its tests word for word. */
export function composeForTest(without: readonly Part[] = []): Surroundings {
  return {
    target: 'compose',
    address: (part) => `${part}:${parts[part].port}`,
    reach: (hostPort) => hostPort,
    folder: (folder) => `/etc/watchpost/${folder}`,
    data: (part) => (part === 'grafana' || part === 'alloy' ? `/var/lib/${part}` : `/${part}`),
    secret: (path) => path,
    exporter: (exporter) => `${exporterName(exporter)}:${exporterKinds[exporter.target.kind].port}`,
    has: (part) => !without.includes(part),
  };
}

export function nativeForTest(without: readonly Part[] = [], root = '/home/me/.watchpost'): Surroundings {
  return {
    target: 'native',
    address: (part) => `127.0.0.1:${parts[part].port}`,
    reach: (hostPort) => {
      const part = partNames.find((name) => hostPort.startsWith(`${name}:`));
      return part ? `127.0.0.1:${hostPort.slice(part.length + 1)}` : hostPort;
    },
    folder: (folder) => `${root}/config/${folder}/generated`,
    data: (part) => `${root}/${part}`,
    secret: (path) => path,
    exporter: ({ target }) => `127.0.0.1:${exporterKinds[target.kind].port}`,
    has: (part) => !without.includes(part),
  };
}

export function configForTest(config: Partial<Config> = {}): Config {
  return {
    file: 'watchpost.yaml',
    source: 'stack: shop\n',
    stack: 'shop',
    environment: 'production',
    urls: defaultUrls,
    services: [],
    location: 'local',
    locations: [],
    quorum: 1,
    references: [],
    maintenance: [],
    ...logDefaults,
    notify: { teams: {} },
    variables: [],
    ...config,
  };
}

export function serviceForTest(service: Partial<ServiceConfig> & { readonly name: string }): ServiceConfig {
  return { team: 'ops', labels: {}, dependsOn: [], probes: [], ...service };
}

/** One service of each kind, one with objectives and logs, and a job that reports: whatever there can be to show. */
export function configOfEverything(config: Partial<Config> = {}): Config {
  const services = serviceKinds.map((kind) =>
    serviceForTest({ name: `my-${kind}`, kind, ...(kind === 'host' && { units: ['cron.service'] }) }),
  );
  const shop = serviceForTest({
    name: 'shop',
    logs: { kind: 'container', container: 'shop' },
    slo: { availability: 0.999, latency: { belowMs: 300, ratio: 0.95 }, windowMs: 2_592_000_000 },
    probes: [probeForTest('shop', 'live', 'http')],
  });
  const backup = serviceForTest({ name: 'backup', probes: [probeForTest('backup', 'nightly', 'heartbeat')] });
  return configForTest({ services: [...services, shop, backup], ...config });
}

function probeForTest(service: string, name: string, kind: string): ProbeConfig {
  return {
    ...{ service, name, kind, options: {}, severity: 'critical' },
    ...{ everyMs: 5_000, timeoutMs: 2_000, confirm: 2, recover: 2, atOnePlace: false },
    awaitsMs: kind === 'heartbeat' ? 86_400_000 : 0,
  };
}
