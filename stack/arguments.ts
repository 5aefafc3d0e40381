import { grafanaEnvironment } from './grafana-environment.ts';
import { defaultUrls, type Urls } from './links.ts';
import { mailpitSmtpPort, type Part, parts } from './parts.ts';
import type { Surroundings } from './surroundings.ts';

/** What a component is started with, besides the program itself. */
export interface ComponentCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How long metrics are kept: the longest SLO window, 30 days, and two to spare. */
export const metricsRetention = '32d';

/**
 * Command line and environment of a component: one place for both ways of running. In a container it follows the image's
 * entry point; natively it follows the program. Where a program finds what it was installed with (Grafana's home folder)
 * is for the native way to add.
 */
export function componentCommand(
  part: Part,
  surroundings: Surroundings,
  urls: Urls = defaultUrls,
  asked: Asked = {},
): ComponentCommand {
  return { env: {}, ...commands[part](surroundings, urls, asked) };
}

/** What the configuration asks of a component and no file can tell it. */
export interface Asked {
  /** The systemd units that node_exporter tells of. */
  readonly units?: readonly string[];
  /** The file in which Loki finds the key to its bucket. */
  readonly s3CredentialsFile?: string | undefined;
}

type Command = (
  surroundings: Surroundings,
  urls: Urls,
  asked: Asked,
) => { args: readonly string[]; env?: Record<string, string> };

const commands: Readonly<Record<Part, Command>> = {
  watchpost: (surroundings) => {
    const { folder, has, address, data } = surroundings;
    return {
      args: [
        'serve',
        ...['--config', `${folder('probes')}/watchpost.yaml`],
        ...['--listen', listen('watchpost', surroundings)],
        // Natively it runs in the process that starts the others, which has a folder for it.
        ...(surroundings.target === 'compose' ? ['--data', data('watchpost')] : []),
        ...(has('alertmanager') ? ['--alertmanager', `http://${address('alertmanager')}`] : []),
        ...(has('prometheus') ? ['--prometheus', `http://${address('prometheus')}`] : []),
        ...(has('loki')
          ? ['--loki', `http://${address('loki')}`, '--otlp-logs', `http://${address('loki')}/otlp`]
          : []),
      ],
    };
  },
  prometheus: (surroundings) => ({
    args: [
      `--config.file=${surroundings.folder('prometheus')}/prometheus.yaml`,
      `--storage.tsdb.path=${surroundings.data('prometheus')}`,
      `--storage.tsdb.retention.time=${metricsRetention}`,
      `--web.listen-address=${listen('prometheus', surroundings)}`,
      `--web.external-url=http://127.0.0.1:${portOf('prometheus', surroundings)}`,
      '--web.enable-lifecycle',
      // What Loki's ruler counts.
      ...(surroundings.has('loki') ? ['--web.enable-remote-write-receiver'] : []),
    ],
  }),
  alertmanager: (surroundings, urls) => ({
    args: [
      `--config.file=${surroundings.folder('alerts')}/alertmanager.yaml`,
      `--storage.path=${surroundings.data('alertmanager')}`,
      `--web.listen-address=${listen('alertmanager', surroundings)}`,
      `--web.external-url=${urls.alertmanager}`,
      // A path in that URL is the reverse proxy's; inside the stack the API stays where it is.
      '--web.route-prefix=/',
      // One instance: no port for peers, and no wait for them before the first notification.
      '--cluster.listen-address=',
      // After a restart the parents of a muted alert must be there before anything is sent.
      '--dispatch.start-delay=15s',
      // A kill forgets what was sent since the last snapshot, and sends it again.
      '--data.maintenance-interval=1m',
      '--enable-feature=utf8-strict-mode',
    ],
  }),
  loki: ({ folder, secret }, _urls, { s3CredentialsFile: file }) => ({
    args: [`-config.file=${folder('loki')}/loki.yaml`],
    ...(file !== undefined && { env: { AWS_SHARED_CREDENTIALS_FILE: secret(file) } }),
  }),
  grafana: (surroundings, urls) => ({
    args: surroundings.target === 'native' ? ['server'] : [],
    env: grafanaEnvironment(surroundings, urls, {
      host: hostOf('grafana', surroundings),
      port: portOf('grafana', surroundings),
    }),
  }),
  alloy: (surroundings) => ({
    args: [
      'run',
      `--server.http.listen-addr=${listen('alloy', surroundings)}`,
      `--storage.path=${surroundings.data('alloy')}`,
      '--disable-reporting',
      `${surroundings.folder('loki')}/config.alloy`,
    ],
  }),
  'node-exporter': (surroundings, _urls, { units = [] }) => ({
    args: [
      `--web.listen-address=${listen('node-exporter', surroundings)}`,
      ...(surroundings.target === 'compose' ? hostSeenFromContainer : []),
      ...(units.length > 0 ? systemdUnits(units) : []),
    ],
    ...(units.length > 0 &&
      surroundings.target === 'compose' && { env: { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${systemBusSocket}` } }),
  }),
  cadvisor: (surroundings) => ({
    args: [
      `--listen_ip=${hostOf('cadvisor', surroundings)}`,
      `--port=${portOf('cadvisor', surroundings)}`,
      ...cadvisorFlags.measures,
      ...cadvisorFlags.pace,
    ],
  }),
  demo: (surroundings) => ({ args: ['demo', '--listen', listen('demo', surroundings)] }),
  mailpit: (surroundings) => ({
    args: [
      ...['--listen', listen('mailpit', surroundings)],
      ...['--smtp', `${hostOf('mailpit', surroundings)}:${mailpitSmtpPort}`],
      // In a container the mailbox lives in memory: it is there to be looked at.
      ...(surroundings.target === 'native' ? ['--database', `${surroundings.data('mailpit')}/mailpit.db`] : []),
      ...['--max', '500'],
      '--disable-version-check',
    ],
  }),
};

/** What the proxy before the engine's socket is started with. Nothing of the image's own: its script would set up a web server. */
export const dockerProxyCommand = [
  'nginx',
  ...['-e', 'stderr'],
  ...['-c', '/etc/watchpost/loki/docker-proxy.conf'],
  ...['-g', 'daemon off;'],
] as const;

/** The root file system of the host is mounted there; `/proc` is the host's by `pid: host`. */
export const hostRootMount = '/host';

const hostSeenFromContainer = [
  `--path.rootfs=${hostRootMount}`,
  '--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/docker/.+|var/lib/containers/.+)($|/)',
  // These would show the network of the container and look like the host's.
  ...['arp', 'conntrack', 'netclass', 'netdev', 'netstat', 'sockstat', 'softnet', 'udp_queues'].map(
    (collector) => `--no-collector.${collector}`,
  ),
];

/** What cAdvisor looks at, and how often. */
export const cadvisorFlags = {
  measures: [
    // The host as a whole is node_exporter's.
    '--docker_only=true',
    // Of the labels of a container only those by which Compose names it: others may hold anything, and change.
    '--store_container_labels=false',
    '--whitelisted_container_labels=com.docker.compose.project,com.docker.compose.service',
    '--enable_metrics=cpu,memory,network,diskIO,oom_event',
  ],
  pace: [
    '--housekeeping_interval=5s',
    // By itself it looks at what is quiet once a minute: a container that fills up is quiet until it is full.
    '--allow_dynamic_housekeeping=false',
    '--storage_duration=1m',
  ],
} as const;

/** Where the system's message bus is asked for its units, in the container as on the host. */
export const systemBusSocket = '/run/dbus/system_bus_socket';

/** Only those that are named: a host has hundreds. */
function systemdUnits(units: readonly string[]): readonly string[] {
  const names = units.map((unit) => unit.replaceAll(/[\\.]/g, '\\$&'));
  return [
    '--collector.systemd',
    `--collector.systemd.unit-include=${names.join('|')}`,
    // It leaves out mounts and targets, and so those that are named.
    '--collector.systemd.unit-exclude=',
    '--collector.systemd.enable-restarts-metrics',
  ];
}

/** In a container a part listens for the whole network of the stack; natively nobody else may reach it. */
function listen(part: Part, surroundings: Surroundings): string {
  return `${hostOf(part, surroundings)}:${portOf(part, surroundings)}`;
}

function hostOf(part: Part, surroundings: Surroundings): string {
  if (surroundings.target === 'compose') return '0.0.0.0';
  const address = surroundings.address(part);
  return address.slice(0, address.lastIndexOf(':'));
}

function portOf(part: Part, surroundings: Surroundings): string {
  if (surroundings.target === 'compose') return String(parts[part].port);
  const address = surroundings.address(part);
  return address.slice(address.lastIndexOf(':') + 1);
}
