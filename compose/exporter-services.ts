import { type ExporterCommand, exporterCommand, readingFiles } from '../stack/exporter-command.ts';
import { type Exporter, type ExporterKind, exporterKinds } from '../stack/exporters.ts';
import { flow, merge, noted, type YamlValue } from '../stack/generated-yaml.ts';
import { composeImage } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { literal } from './names.ts';
import { exporterSecrets } from './secrets.ts';

/** The program in the official image, for the shell that reads a password for it. */
const programs: Readonly<Record<ExporterKind, string>> = {
  postgres: '/bin/postgres_exporter',
  redis: '/redis_exporter',
  nginx: '/usr/bin/nginx-prometheus-exporter',
};

/** What the image has to check itself with. Its own page, not its metrics: each of those asks the server. */
const checks: Readonly<Record<ExporterKind, (url: string) => YamlValue>> = {
  postgres: (url) => healthCheck(wget(url)),
  redis: (url) => healthCheck(wget(url)),
  nginx: () => undefined,
};

/** An exporter of one service. Nobody but Prometheus asks it, so it publishes no port. */
export function exporterService(exporter: Exporter, surroundings: Surroundings): ComposeService {
  const { kind } = exporter.target;
  const { port, title, image } = exporterKinds[kind];
  const command = exporterCommand(exporter, `0.0.0.0:${port}`, surroundings);
  const environment = environmentOf(command);
  const secrets = exporterSecrets(exporter);
  const needsShell = Object.keys(command.fromFiles).length > 0;
  return [
    {
      [merge]: 'hardened',
      image: composeImage(image),
      user: '65534:65534',
      ...(needsShell && {
        entrypoint: noted('It cannot read a password from a file by itself.', [
          '/bin/sh',
          '-c',
          literal(readingFiles(command.fromFiles)),
          programs[kind],
        ]),
      }),
      command: command.args.map(literal),
      ...(Object.keys(environment).length > 0 && { environment }),
      ...(secrets.length > 0 && { secrets }),
      extra_hosts: flow(['host.docker.internal:host-gateway']),
      healthcheck: checks[kind](`http://127.0.0.1:${port}/`),
      mem_limit: '64m',
    },
    `${title} for the service "${exporter.service}".${kind === 'nginx' ? ' Its image has nothing to check its health with; `up` of its job says.' : ''}`,
  ];
}

/** A variable is Compose's to expand, from the shell or .env; all else stays as it is. */
function environmentOf({ env, fromVariables }: ExporterCommand): Readonly<Record<string, string>> {
  const made = Object.entries(fromVariables).map(([name, pieces]) => [
    name,
    pieces.map((piece) => (typeof piece === 'string' ? literal(piece) : `\${${piece.variable}}`)).join(''),
  ]);
  const plain = Object.entries(env).map(([name, value]) => [name, literal(value)]);
  return Object.fromEntries([...plain, ...made]);
}
