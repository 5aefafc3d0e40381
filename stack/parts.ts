/** The parts of the stack: what each is called on the network, where it listens, and which image runs it. */
export const parts = {
  watchpost: { port: 9815, title: 'probe service' },
  prometheus: { port: 9090, title: 'Prometheus' },
  alertmanager: { port: 9093, title: 'Alertmanager' },
  loki: { port: 3100, title: 'Loki' },
  grafana: { port: 3000, title: 'Grafana' },
  alloy: { port: 12345, title: 'Alloy (log collector)' },
  'node-exporter': { port: 9100, title: 'node_exporter' },
  // Its own 8080 is everybody's.
  cadvisor: { port: 9816, title: 'cAdvisor' },
  demo: { port: 39417, title: 'demo app' },
  mailpit: { port: 8025, title: 'Mailpit (mail for the demo)' },
} as const satisfies Record<string, { port: number; title: string }>;

export type Part = keyof typeof parts;
export const partNames = Object.keys(parts) as readonly Part[];

/** The name of the Compose project; containers carry it as a label. */
export const composeProject = 'watchpost';

/** Further ports that a part listens on. */
export const demoTlsPort = 39443;
export const mailpitSmtpPort = 1025;
/** Where the log collector takes syslog messages inside its container. */
export const syslogPort = 1514;
/** What stands between the log collector and the engine's socket, in compose. */
export const dockerProxy = { name: 'docker-proxy', port: 2375 } as const;
/** Loki's inner port above that of its API: 3100 and 9095, as everybody has them; where one is moved, so is the other. */
export const lokiGrpcAbove = 5_995;

/**
 * Image references, `name:tag`. Each can be overridden by its variable, which Compose expands:
 * `WATCHPOST_IMAGE_PROMETHEUS=prom/prometheus:v3.14.0 docker compose up`.
 */
export const images = {
  prometheus: { variable: 'WATCHPOST_IMAGE_PROMETHEUS', image: 'prom/prometheus:v3.13.2' },
  alertmanager: { variable: 'WATCHPOST_IMAGE_ALERTMANAGER', image: 'prom/alertmanager:v0.34.0' },
  loki: { variable: 'WATCHPOST_IMAGE_LOKI', image: 'grafana/loki:3.7.6' },
  grafana: { variable: 'WATCHPOST_IMAGE_GRAFANA', image: 'grafana/grafana:13.2.0' },
  alloy: { variable: 'WATCHPOST_IMAGE_ALLOY', image: 'grafana/alloy:v1.18.1' },
  'node-exporter': { variable: 'WATCHPOST_IMAGE_NODE_EXPORTER', image: 'prom/node-exporter:v1.12.1' },
  cadvisor: { variable: 'WATCHPOST_IMAGE_CADVISOR', image: 'ghcr.io/google/cadvisor:0.60.5' },
  'postgres-exporter': {
    variable: 'WATCHPOST_IMAGE_POSTGRES_EXPORTER',
    image: 'quay.io/prometheuscommunity/postgres-exporter:v0.20.1',
  },
  /** The variant with a shell, which reads the password, and wget. */
  'redis-exporter': { variable: 'WATCHPOST_IMAGE_REDIS_EXPORTER', image: 'oliver006/redis_exporter:v1.89.0-alpine' },
  'nginx-exporter': { variable: 'WATCHPOST_IMAGE_NGINX_EXPORTER', image: 'nginx/nginx-prometheus-exporter:1.5.1' },
  /** What it runs is the proxy before the engine's socket. */
  nginx: { variable: 'WATCHPOST_IMAGE_NGINX', image: 'nginx:1.29-alpine' },
  mailpit: { variable: 'WATCHPOST_IMAGE_MAILPIT', image: 'axllent/mailpit:v1.27' },
  /** Base of the probe service's own image (a build argument). */
  node: { variable: 'WATCHPOST_IMAGE_NODE', image: 'node:24-trixie-slim' },
  /** The probe service's own image, built from this repository. */
  watchpost: { variable: 'WATCHPOST_IMAGE', image: 'watchpost:local' },
} as const satisfies Record<string, { variable: string; image: string }>;

export type ImageName = keyof typeof images;

/** As Compose reads it: `${WATCHPOST_IMAGE_LOKI:-grafana/loki:3.7.6}`. */
export function composeImage(name: ImageName): string {
  return `\${${images[name].variable}:-${images[name].image}}`;
}

/** Data-source UIDs in Grafana. */
export const dataSources = { prometheus: 'prometheus', loki: 'loki', alertmanager: 'alertmanager' } as const;

/** Dashboard UIDs; links in pages point to them. */
export const dashboardUids = {
  overview: 'watchpost-overview',
  service: 'watchpost-service',
  slo: 'watchpost-slo',
  logs: 'watchpost-logs',
  monitoring: 'watchpost-monitoring',
  host: 'watchpost-host',
  postgres: 'watchpost-postgres',
  redis: 'watchpost-redis',
  nginx: 'watchpost-nginx',
  backups: 'watchpost-backups',
} as const;
export type DashboardUid = (typeof dashboardUids)[keyof typeof dashboardUids];

/** The `job` label under which Prometheus scrapes each part; the probe service's is the one that rules ask for. */
export const probeServiceJob = 'watchpost';

/** How often Prometheus scrapes and evaluates. Short, because the interval is part of the time to a page and a resolve. */
export const scrapeIntervalMs = 5_000;

/** Shorter than the interval, so that a hanging target never delays the next scrape. */
export const scrapeTimeoutMs = 4_000;
