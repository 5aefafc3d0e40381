import { Command } from 'commander';
import type { Config } from '../config/model.ts';
import { parts } from '../stack/parts.ts';
import { sayPath, shippedConfig } from './checkout.ts';
import { type Listen, parseListen, parseUrl } from './listen.ts';
import { locationProblem, startProbeService, surroundingsHere } from './probe-service.ts';
import { readConfig } from './read-config.ts';
import { sayProbes, sayWherePagesGo } from './say-config.ts';
import type { Terminal } from './terminal.ts';
import { sayListenFault, stopSignal, stopWithin } from './until-stopped.ts';
import { UserError } from './user-error.ts';

interface Options {
  readonly config: string;
  readonly listen: Listen;
  readonly alertmanager?: string;
  readonly prometheus?: string;
  readonly loki?: string;
  readonly otlpLogs?: string;
  readonly direct?: boolean;
  readonly data?: string;
  readonly location?: string;
}

export function command(terminal: Terminal): Command {
  return new Command('serve')
    .option('--config <file>', 'the configuration', shippedConfig)
    .option('--listen <host:port>', 'where to listen', parseListen, { host: '127.0.0.1', port: parts.watchpost.port })
    .option('--alertmanager <url>', 'post alerts to this Alertmanager', parseUrl)
    .option('--prometheus <url>', 'await the Watchdog alert that this Prometheus sends by that Alertmanager', parseUrl)
    .option('--loki <url>', 'await the one of the ruler of this Loki, which must get the logs (--otlp-logs)', parseUrl)
    .option('--otlp-logs <url>', 'send logs to this OTLP endpoint, such as http://127.0.0.1:3100/otlp', parseUrl)
    .option('--data <folder>', 'keep states, beats and what was paged here, over restarts')
    .option('--location <name>', 'which of the `locations` of the configuration this is')
    .option('--direct', 'send pages itself, without an Alertmanager')
    .action((options: Options) => serve(options, terminal));
}

async function serve(options: Options, terminal: Terminal): Promise<void> {
  const stopped = stopSignal();
  const { config: configFile, listen, data, location, direct = false } = options;
  const { alertmanager, prometheus, loki, otlpLogs } = options;
  // In words at once: the service reads the file itself, and two of ten thousand probes are one too many to keep.
  const said = say(await readConfig(configFile, 'run'), location);
  const service = await startProbeService({
    configFile,
    listen,
    ...(alertmanager !== undefined && { alertmanager }),
    ...(prometheus !== undefined && { prometheus }),
    ...(loki !== undefined && { loki }),
    ...(otlpLogs !== undefined && { otlpLogs }),
    direct,
    ...(data !== undefined && { data }),
    ...(location !== undefined && { location }),
    surroundings: surroundingsHere,
    write: (line) => terminal.print(line),
  }).catch((error) => {
    throw sayListenFault(error, `${listen.host}:${listen.port}`);
  });
  const reload = () => void service.reload();
  process.on('SIGHUP', reload);
  for (const line of facts(said, service.url, options)) terminal.print(line);
  await stopped;
  process.off('SIGHUP', reload);
  await stopWithin(3_000, () => service[Symbol.asyncDispose]());
}

function say(config: Config, location: string | undefined) {
  const problem = locationProblem(config, location);
  if (problem !== undefined) throw new UserError(problem);
  return { probes: sayProbes(config), pages: sayWherePagesGo(config), location: location ?? config.location };
}

function facts(
  said: ReturnType<typeof say>,
  url: string,
  { config: file, alertmanager, otlpLogs, direct, data }: Options,
): readonly string[] {
  return [
    `configuration: ${sayPath(file)}`,
    `probing: ${said.probes}`,
    `location: ${said.location}`,
    `metrics: ${url}/metrics`,
    `alerts: ${alertmanager ? `posted to ${alertmanager}` : 'posted nowhere (no --alertmanager)'}`,
    `pages: ${direct ? said.pages : 'not sent from here (no --direct)'}`,
    `state: ${data === undefined ? 'in memory (no --data)' : `kept in ${sayPath(data)}`}`,
    ...(otlpLogs ? [`logs: sent to ${otlpLogs}`] : []),
  ];
}
