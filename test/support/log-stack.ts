import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { generateLoki } from '../../loki/index.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { globInContainer } from '../../stack/host-files.ts';
import { dockerProxy, parts, syslogPort } from '../../stack/parts.ts';
import { dockerProxyContainer } from './docker-proxy-container.ts';
import { imageOf } from './found.ts';
import { composeForTest, configForTest, serviceForTest } from './generator-input.ts';
import { must } from './shell.ts';
import { syslogMessage } from './syslog-message.ts';

/** Where a line of the test comes from; each is a service of that name. */
export const logSources = ['container', 'file', 'journal', 'syslog'] as const;
export type LogSourceName = (typeof logSources)[number];

/** Loki, the log collector and its proxy as Compose runs them, and something that writes to each source. */
export interface LogStack extends AsyncDisposable {
  /** URL of Loki. */
  loki(): string;
  /** URL of the log collector. */
  alloy(): string;
  /** Each as one line, or as what the source takes for one. */
  write(source: LogSourceName, lines: readonly string[]): Promise<void>;
  stopLoki(): Promise<void>;
  startLoki(): Promise<void>;
}

/** What a test of sources needs; it is skipped, by name, where one of them is not here. */
export const logStackNeeds = ['loki', 'alloy', 'nginx', 'journal'] as const;

const machineId = '3d1219c7c4c5404aaa1f6d2a48adfda4';
const journal = { unit: 'app.service', folder: `/var/log/journal/${machineId}` };

export async function startLogStack(): Promise<LogStack> {
  await using cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-sources-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const of = {
    logs: join(folder, 'app'),
    journal: join(folder, 'journal'),
    machineId: join(folder, 'machine-id'),
    name: `watchpost-test-writer-${process.pid}-${Date.now()}`,
  };
  for (const path of [of.logs, join(of.journal, 'journal', machineId)]) mkdirSync(path, { recursive: true });
  writeFileSync(of.machineId, `${machineId}\n`);
  const config = configForTest({
    services: [
      serviceForTest({ name: 'container', logs: { kind: 'container', container: of.name } }),
      serviceForTest({ name: 'file', logs: { kind: 'file', glob: join(of.logs, '*.log') } }),
      serviceForTest({ name: 'journal', logs: { kind: 'unit', unit: journal.unit } }),
      serviceForTest({ name: 'syslog', logs: { kind: 'syslog', host: 'fw1' } }),
    ],
  });
  const surroundings = composeForTest(['prometheus', 'alertmanager']);
  for (const { path, content } of generateLoki(config, surroundings)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const network = await new Network().start();
  cleanup.defer(async () => void (await network.stop()));
  const launch = async (alias: string, container: GenericContainer): Promise<StartedTestContainer> => {
    const running = await container.withNetwork(network).withNetworkAliases(alias).withStartupTimeout(180_000).start();
    cleanup.defer(async () => void (await must('docker', ['rm', '-f', '-v', running.getId()])));
    return running;
  };
  const generated = { source: join(folder, 'loki/generated'), target: '/etc/watchpost/loki', mode: 'ro' as const };
  const readOnly = (source: string, target: string) => ({ source, target, mode: 'ro' as const });

  const loki = await launch(
    'loki',
    new GenericContainer(imageOf('loki'))
      .withCommand([...componentCommand('loki', surroundings).args])
      .withBindMounts([generated])
      .withExposedPorts(parts.loki.port)
      .withWaitStrategy(Wait.forHttp('/ready', parts.loki.port)),
  );
  await launch(dockerProxy.name, dockerProxyContainer(generated.source));
  // It prints what is written to its standard output by others, and puts what comes by the pipe into a journal.
  const writer = await launch(
    'writer',
    new GenericContainer(imageOf('journal'))
      .withName(of.name)
      .withCommand(['sh', '-c', writerScript])
      .withBindMounts([
        { source: of.journal, target: '/var/log', mode: 'rw' },
        readOnly(of.machineId, '/etc/machine-id'),
      ])
      .withWaitStrategy(Wait.forLogMessage('the writer is there')),
  );
  const alloy = await launch(
    'alloy',
    new GenericContainer(imageOf('alloy'))
      .withCommand([...componentCommand('alloy', surroundings).args])
      .withUser('0:473')
      .withDroppedCapabilities('ALL')
      .withAddedCapabilities('DAC_READ_SEARCH')
      .withBindMounts([
        generated,
        readOnly(of.logs, globInContainer(of.logs)),
        readOnly(of.journal, '/var/log'),
        readOnly(of.machineId, '/etc/machine-id'),
      ])
      .withExposedPorts(parts.alloy.port, syslogPort)
      .withWaitStrategy(Wait.forHttp('/-/ready', parts.alloy.port)),
  );
  const url = (container: StartedTestContainer, port: number) =>
    `http://${container.getHost()}:${container.getMappedPort(port)}`;
  // It keeps what is not taken yet, as senders of syslog do.
  const sender = await connectTo(alloy.getHost(), alloy.getMappedPort(syslogPort));
  cleanup.defer(() => void sender.destroy());
  /** Text goes in by standard input: a command line is too short for ten thousand lines. */
  const inWriter = async (command: string, input: string) =>
    void (await must('docker', ['exec', '-i', writer.getId(), 'sh', '-c', command], { input }));
  const write: Readonly<Record<LogSourceName, (lines: readonly string[]) => Promise<void>>> = {
    container: (lines) => inWriter('cat > /proc/1/fd/1', asLines(lines)),
    file: async (lines) => appendFileSync(join(of.logs, 'app.log'), asLines(lines)),
    journal: (lines) => inWriter('cat > /tmp/entries', lines.map(journalEntry).join('')),
    syslog: async (lines) => void sender.write(lines.map((line) => syslogMessage(line)).join('')),
  };
  const rest = cleanup.move();
  return {
    loki: () => url(loki, parts.loki.port),
    alloy: () => url(alloy, parts.alloy.port),
    write: (source, lines) => write[source](lines),
    stopLoki: async () => void (await must('docker', ['stop', '-t', '30', loki.getId()])),
    startLoki: () => loki.restart({ timeout: 1_000 }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const writerScript = `mkfifo /tmp/entries && exec 3<>/tmp/entries && echo the writer is there
exec /usr/lib/systemd/systemd-journal-remote --output=${journal.folder}/system.journal - <&3`;

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** In the journal's own form of export. A message of several lines is written with its length before it. */
function journalEntry(line: string): string {
  const fields = [
    `__REALTIME_TIMESTAMP=${Date.now()}000`,
    '__MONOTONIC_TIMESTAMP=1000',
    `_BOOT_ID=${machineId}`,
    `_MACHINE_ID=${machineId}`,
    `_SYSTEMD_UNIT=${journal.unit}`,
    'PRIORITY=3',
    'SYSLOG_IDENTIFIER=app',
    `MESSAGE=${line}`,
  ];
  return `${fields.join('\n')}\n\n`;
}

function connectTo(host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: host === 'localhost' ? '127.0.0.1' : host, port }, () => resolve(socket));
  socket.on('error', reject);
  return promise;
}
