import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { composeSurroundings } from '../../cli/surroundings.ts';
import { type Config, loadConfig, renderDiagnostics } from '../../config/index.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { exporterCommand } from '../../stack/exporter-command.ts';
import { exporterKinds, exporterName, exportersOf } from '../../stack/exporters.ts';
import { defaultLocation } from '../../stack/labels.ts';
import { dockerProxy, parts } from '../../stack/parts.ts';
import { dockerProxyContainer } from './docker-proxy-container.ts';
import { imageOf } from './found.ts';
import { checkout } from './images.ts';
import { type MailSink, type MailSinkOptions, startMailSink } from './mail-sink.ts';
import { must } from './shell.ts';
import { type SlackSink, startSlackSink } from './slack-sink.ts';

/** The host, as a container names it. */
export const hostName = 'host.docker.internal';

/** The parts that a page travels through, and those that a test may ask for besides. */
export type StackPart = 'watchpost' | 'prometheus' | 'alertmanager' | FurtherPart;
export type FurtherPart = 'loki' | 'alloy' | 'grafana';
/** Of `admin` in a test's Grafana. */
export const grafanaPassword = 'the password of the test';

/** A running stack whose pages arrive in two sinks of the test. */
export interface Stack extends AsyncDisposable {
  readonly slack: SlackSink;
  readonly mail: MailSink;
  /** What was generated, as the containers see it, and the secrets. A file is changed in place, its folder kept. */
  readonly folder: string;
  readonly config: Config;
  part(name: string): StartedTestContainer;
  /** URL of a part from the test's side. */
  url(name: StackPart): string;
  /** Runs a command in a container of the stack. */
  exec(alias: string, command: readonly string[]): Promise<void>;
  /** SIGKILL, without a restart. */
  kill(alias: string): Promise<void>;
  /** Another container on the stack's network, stopped with it. */
  add(alias: string, container: GenericContainer): Promise<StartedTestContainer>;
}

const furtherParts: Readonly<Record<FurtherPart, { readonly ready: string; readonly reads: readonly string[] }>> = {
  loki: { ready: '/ready', reads: ['loki'] },
  alloy: { ready: '/-/ready', reads: ['loki'] },
  grafana: { ready: '/api/health', reads: ['grafana', 'dashboards'] },
};

export interface StackOptions {
  /** The `services:` block of watchpost.yaml, indented as there. */
  readonly services: string;
  /** Other locations, each with a probe service of its own, called `watchpost-<location>`; SEEN_FROM says in each where it is. */
  readonly locations?: readonly string[];
  /** Entries of `notify.teams`, each with who is written to by e-mail and by nothing else. */
  readonly mailTeams?: Readonly<Record<string, string>>;
  /** Parts to run besides the three that a page travels through. */
  readonly parts?: readonly FurtherPart[];
  /** Mail is taken only from who knows this password; it lies in `secrets/smtp_password`. */
  readonly login?: NonNullable<MailSinkOptions['auth']>;
  /** The probe service is started as Compose does: it awaits the Watchdog alert of Loki as well. */
  readonly awaitsLoki?: boolean;
  /** Further arguments of a part. */
  readonly arguments?: Readonly<Partial<Record<StackPart, readonly string[]>>>;
  /** Changes what was generated, before anything reads it. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Other containers that must be there before the probes start. */
  readonly before?: (stack: Pick<Stack, 'add'>) => Promise<void>;
}

/**
 * Starts the probe service, Prometheus and Alertmanager from what `watchpost generate` writes for compose: the same
 * folders at the same places, the same arguments, the same names on the network.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await using cleanup = new AsyncDisposableStack();
  const slack = cleanup.use(await startSlackSink({ host: '0.0.0.0' }));
  const { services, locations = [], login, mailTeams = {} } = options;
  const mail = cleanup.use(await startMailSink({ host: '0.0.0.0', ...(login && { auth: login }) }));

  const folder = mkdtempSync(join(tmpdir(), 'watchpost-stack-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const text = configuration({ services, locations, mailTeams }, mail.port, login?.username);
  const file = join(folder, 'watchpost.yaml');
  writeFileSync(file, text);
  mkdirSync(join(folder, 'secrets'), { mode: 0o755 });
  writeFileSync(join(folder, 'secrets/slack_webhook_url'), `http://${hostName}:${slack.port}/services/T0/B0/x`, {
    mode: 0o444,
  });
  if (login) writeFileSync(join(folder, 'secrets/smtp_password'), login.password, { mode: 0o444 });
  const cli = join(checkout, 'cli/watchpost.ts');
  await must(process.execPath, [cli, 'generate', '--config', file, '--out', folder, '--target', 'compose']);
  await options.prepare?.(folder);

  const network = await new Network().start();
  cleanup.defer(async () => {
    await network.stop();
  });
  const loaded = loadConfig(text, { file, env: {}, mode: 'generate' });
  if ('diagnostics' in loaded) throw new Error(renderDiagnostics(loaded.diagnostics, text));
  const surroundings = composeSurroundings(loaded.config);

  const started = new Map<string, StartedTestContainer>();
  const launch = async (alias: string, container: GenericContainer): Promise<StartedTestContainer> => {
    const running = await container
      .withNetwork(network)
      .withNetworkAliases(alias)
      .withExtraHosts([{ host: hostName, ipAddress: 'host-gateway' }])
      .start();
    cleanup.defer(async () => {
      await running.stop({ timeout: 1_000 });
    });
    started.set(alias, running);
    return running;
  };
  const mount = (name: string) => ({
    source: join(folder, name, 'generated'),
    target: `/etc/watchpost/${name}`,
    mode: 'ro' as const,
  });
  const secrets = { source: join(folder, 'secrets'), target: '/run/secrets', mode: 'ro' as const };
  const component = (part: StackPart, ready: string) => {
    const isTraced = loaded.config.otlp !== undefined;
    const { args, env } = componentCommand(part, surroundings, loaded.config.urls, { isTraced });
    return new GenericContainer(imageOf(part))
      .withCommand([...args, ...(options.arguments?.[part] ?? [])])
      .withEnvironment({ ...env })
      .withExposedPorts(parts[part].port)
      .withWaitStrategy(Wait.forHttp(ready, parts[part].port))
      .withStartupTimeout(180_000);
  };

  await options.before?.({ add: launch });
  await launch('alertmanager', component('alertmanager', '/-/ready').withBindMounts([mount('alerts'), secrets]));
  const probeService = (location: string) =>
    new GenericContainer(imageOf('watchpost'))
      .withBindMounts([mount('probes'), secrets])
      .withEnvironment({ SEEN_FROM: location })
      .withExposedPorts(parts.watchpost.port)
      .withWaitStrategy(Wait.forHttp('/-/ready', parts.watchpost.port))
      .withStartupTimeout(180_000);
  const own = probeService(defaultLocation);
  const { args } = componentCommand('watchpost', surroundings, loaded.config.urls);
  await launch('watchpost', options.awaitsLoki ? own.withCommand([...args]) : own);
  for (const location of locations) {
    const listen = `0.0.0.0:${parts.watchpost.port}`;
    const command = ['serve', '--config', '/etc/watchpost/probes/watchpost.yaml', '--listen', listen];
    await launch(`watchpost-${location}`, probeService(location).withCommand([...command, '--location', location]));
  }
  await launch(
    'prometheus',
    component('prometheus', '/-/ready').withBindMounts([mount('prometheus'), mount('alerts')]),
  );

  if (options.parts?.includes('alloy')) {
    await launch(dockerProxy.name, dockerProxyContainer(join(folder, 'loki/generated')));
  }
  for (const further of options.parts ?? []) {
    const { ready, reads } = furtherParts[further];
    const container = component(further, ready).withBindMounts(reads.map(mount));
    if (further === 'grafana') container.withEnvironment({ GF_SECURITY_ADMIN_PASSWORD: grafanaPassword });
    await launch(further, container);
  }

  await Promise.all(
    exportersOf(loaded.config.services).map((exporter) => {
      const { port, image } = exporterKinds[exporter.target.kind];
      const { args, env } = exporterCommand(exporter, `0.0.0.0:${port}`, surroundings);
      const container = new GenericContainer(imageOf(image)).withCommand([...args]).withEnvironment({ ...env });
      return launch(exporterName(exporter), container);
    }),
  );

  const rest = cleanup.move();
  const part = (name: string) => {
    const running = started.get(name);
    if (!running) throw new Error(`${name} does not run in this stack`);
    return running;
  };
  return {
    slack,
    mail,
    folder,
    config: loaded.config,
    part,
    url: (name) => `http://${part(name).getHost()}:${part(name).getMappedPort(parts[name].port)}`,
    exec: async (alias, command) => {
      await part(alias).exec([...command]);
    },
    kill: async (alias) => {
      await must('docker', ['kill', part(alias).getId()]);
    },
    add: launch,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function configuration(
  asked: Required<Pick<StackOptions, 'services' | 'locations' | 'mailTeams'>>,
  smtpPort: number,
  username?: string,
): string {
  const { services, locations, mailTeams } = asked;
  const teams = Object.entries(mailTeams).map(([team, to]) => `${team}: { email: { to: [${to}] } }`);
  const others = locations.map((name) => `${name}: "watchpost-${name}:${parts.watchpost.port}"`);
  const login = username === undefined ? '' : `, username: ${username}, password_file: /run/secrets/smtp_password`;
  return `stack: test
environment: ci
locations: { ${others.join(', ')} }
defaults: { every: 5s, timeout: 2s }
urls: { grafana: https://watch.example.org, alertmanager: https://watch.example.org/am, watchpost: https://watch.example.org/wp }
services:
${services}
notify:
  slack: { webhook_url_file: /run/secrets/slack_webhook_url, channel: "#alerts" }
  email: { to: [oncall@example.org], from: watchpost@example.org, smarthost: "${hostName}:${smtpPort}", require_tls: false${login} }
  teams: { ${teams.join(', ')} }
`;
}
