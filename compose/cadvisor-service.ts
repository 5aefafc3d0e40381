import type { Config } from '../config/model.ts';
import { componentCommand } from '../stack/arguments.ts';
import { flow, merge, noted } from '../stack/generated-yaml.ts';
import { composeImage, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { literal } from './names.ts';

/** Without `privileged`, which most give it: what it needs of that is named here. */
export function cadvisorService(config: Config, surroundings: Surroundings): ComposeService {
  return [
    {
      [merge]: 'hardened',
      image: composeImage('cadvisor'),
      user: noted("Exception: root, because the engine's socket and its folder are root's.", '0:0'),
      command: componentCommand('cadvisor', surroundings, config.urls).args.map(literal),
      ports: [`127.0.0.1:${parts.cadvisor.port}:${parts.cadvisor.port}`],
      cap_add: noted(
        'Exception: the log of the kernel, which says whom it killed for want of memory.',
        flow(['SYSLOG']),
      ),
      devices: noted('Exception: where that log is read.', flow(['/dev/kmsg'])),
      volumes: [
        noted(
          "Exception: the engine's socket, for the names of containers. Whoever controls this container controls the engine.",
          '/var/run/docker.sock:/var/run/docker.sock:ro',
        ),
        noted('Exception: the control groups, where the kernel counts for each container.', '/sys:/sys:ro'),
        noted(
          'Exception: what the engine keeps of each container, by which one is told from another.',
          '/var/lib/docker:/var/lib/docker:ro',
        ),
      ],
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts.cadvisor.port}/healthz`)),
      mem_limit: '256m',
    },
    'Measures the containers of this host.',
  ];
}
