import type { Config } from '../config/model.ts';
import { componentCommand } from '../stack/arguments.ts';
import { flow, merge, noted } from '../stack/generated-yaml.ts';
import { grafanaPasswordFile } from '../stack/grafana-environment.ts';
import { composeImage, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { dataVolume, generatedMount, literal } from './names.ts';

export function grafanaService(config: Config, surroundings: Surroundings): ComposeService {
  const data = surroundings.data('grafana');
  const environment = componentCommand('grafana', surroundings, config.urls).env;
  return [
    {
      [merge]: 'hardened',
      image: composeImage('grafana'),
      user: '472:0',
      entrypoint: noted('The first start makes the password and the folder of plugins.', [
        '/bin/sh',
        '-c',
        literal(firstStart(data)),
      ]),
      environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, literal(value)])),
      ports: [`127.0.0.1:${parts.grafana.port}:${parts.grafana.port}`],
      volumes: [generatedMount('grafana'), generatedMount('dashboards'), `${dataVolume('grafana')}:${data}`],
      tmpfs: flow(['/tmp']),
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts.grafana.port}/api/health`), { startPeriod: '120s' }),
      mem_limit: '512m',
    },
    `Dashboards. The password of \`admin\` is made at the first start; read it with\n  docker compose exec grafana cat ${data}/${grafanaPasswordFile}`,
  ];
}

/**
 * The password is written beside its place and renamed, so that a start that was cut off leaves no empty one. Grafana 12 logs an error for each
 * look into a folder of plugins that does not exist.
 */
function firstStart(data: string): string {
  const file = `${data}/${grafanaPasswordFile}`;
  return `set -eu
mkdir -p ${data}/plugins
if [ ! -s ${file} ]; then
  umask 077
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' > ${file}.new
  mv ${file}.new ${file}
fi
exec /run.sh
`;
}
