import type { Config } from '../config/model.ts';
import { componentCommand } from '../stack/arguments.ts';
import { flow, merge, noted, type YamlValue } from '../stack/generated-yaml.ts';
import { composeImage, demoTlsPort, type Part, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { alloyService } from './alloy-service.ts';
import { cadvisorService } from './cadvisor-service.ts';
import type { ComposeService } from './compose-service.ts';
import { grafanaService } from './grafana-service.ts';
import { healthCheck, nodeFetch, wget } from './health.ts';
import { lokiService } from './loki-service.ts';
import { dataVolume, generatedMount, literal } from './names.ts';
import { nodeExporterService } from './node-exporter-service.ts';
import { ownImage } from './own-image.ts';
import { notifySecrets, probeServiceSecrets } from './secrets.ts';

type Make = (config: Config, surroundings: Surroundings) => ComposeService;

/** Parts that keep something; each has a volume of its own. Mail of the demo is kept in memory. */
export const statefulParts: readonly Part[] = ['watchpost', 'prometheus', 'alertmanager', 'loki', 'grafana', 'alloy'];

export const services: Readonly<Record<Part, Make>> = {
  watchpost: (config, surroundings) => [
    {
      [merge]: 'hardened',
      ...ownImage,
      command: command('watchpost', config, surroundings),
      ...(config.variables.length > 0 && {
        environment: noted(
          'The variables that watchpost.yaml names; values come from your shell or from .env.',
          config.variables,
        ),
      }),
      ports: published('watchpost'),
      volumes: [
        generatedMount('probes'),
        noted('What is down, what was paged, when jobs last reported.', dataMount('watchpost', surroundings)),
      ],
      ...secretList(probeServiceSecrets(config)),
      extra_hosts: hostGateway,
      depends_on: {
        alertmanager: { condition: 'service_started' },
        ...(surroundings.has('demo') && { demo: { condition: 'service_healthy' } }),
      },
      healthcheck: healthCheck(nodeFetch(`http://127.0.0.1:${parts.watchpost.port}/-/ready`), { interval: '5s' }),
      mem_limit: '512m',
    },
    'The probe service: probes everything, exports what it saw, and posts alerts within a second.',
  ],

  prometheus: (config, surroundings) => [
    {
      [merge]: 'hardened',
      image: composeImage('prometheus'),
      user: nobody,
      command: command('prometheus', config, surroundings),
      ports: published('prometheus'),
      volumes: [generatedMount('prometheus'), generatedMount('alerts'), dataMount('prometheus', surroundings)],
      extra_hosts: hostGateway,
      depends_on: noted('Else its first evaluations would find the probe service down, and page.', {
        alertmanager: { condition: 'service_started' },
        watchpost: { condition: 'service_healthy' },
      }),
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts.prometheus.port}/-/ready`)),
      stop_grace_period: '30s',
      mem_limit: '1g',
    },
    'Metrics and rules.',
  ],

  alertmanager: (config, surroundings) => [
    {
      [merge]: 'hardened',
      image: composeImage('alertmanager'),
      user: nobody,
      command: command('alertmanager', config, surroundings),
      ports: published('alertmanager'),
      volumes: [
        generatedMount('alerts'),
        noted('Silences, and what was sent already.', dataMount('alertmanager', surroundings)),
      ],
      ...secretList(notifySecrets(config)),
      extra_hosts: hostGateway,
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts.alertmanager.port}/-/ready`)),
      mem_limit: '256m',
    },
    'Groups, mutes and sends the alerts.',
  ],

  loki: lokiService,
  grafana: grafanaService,
  alloy: alloyService,
  'node-exporter': nodeExporterService,
  cadvisor: cadvisorService,

  demo: (config, surroundings) => [
    {
      [merge]: 'hardened',
      ...ownImage,
      command: command('demo', config, surroundings),
      ports: [...published('demo'), `127.0.0.1:${demoTlsPort}:${demoTlsPort}`],
      healthcheck: noted(
        'Not what it is told to break: a demo that misbehaves is healthy.',
        healthCheck(nodeFetch(`http://127.0.0.1:${parts.demo.port}/health/metrics`), { interval: '5s' }),
      ),
      mem_limit: '256m',
    },
    `The app that is watched until you name your own services. It can be told to misbehave:\n  curl -d '{"mode":"down"}' http://127.0.0.1:${parts.demo.port}/misbehave`,
  ],

  mailpit: (config, surroundings) => [
    {
      [merge]: 'hardened',
      image: composeImage('mailpit'),
      user: nobody,
      command: command('mailpit', config, surroundings),
      ports: published('mailpit'),
      tmpfs: noted('The mailbox: gone with the container.', ['/tmp']),
      healthcheck: healthCheck(['/mailpit', 'readyz']),
      mem_limit: '128m',
    },
    `Takes the mail of the demo and shows it at http://127.0.0.1:${parts.mailpit.port}`,
  ],
};

const nobody = '65534:65534';
const hostGateway = flow(['host.docker.internal:host-gateway']);

function published(part: Part): readonly string[] {
  return [`127.0.0.1:${parts[part].port}:${parts[part].port}`];
}

function command(part: Part, config: Config, surroundings: Surroundings): readonly string[] {
  return componentCommand(part, surroundings, config.urls).args.map(literal);
}

function dataMount(part: Part, surroundings: Surroundings): string {
  return `${dataVolume(part)}:${surroundings.data(part)}`;
}

function secretList(names: readonly string[]): { readonly secrets?: YamlValue } {
  return names.length > 0 ? { secrets: names } : {};
}
