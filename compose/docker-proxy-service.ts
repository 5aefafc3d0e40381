import { dockerProxyCommand } from '../stack/arguments.ts';
import { flow, merge, noted } from '../stack/generated-yaml.ts';
import { composeImage, dockerProxy } from '../stack/parts.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { generatedMount } from './names.ts';

/** The network on which nobody is but the log collector and what answers it. */
export const dockerNetwork = 'docker';

export const dockerProxyService: ComposeService = [
  {
    [merge]: 'hardened',
    image: composeImage('nginx'),
    user: noted("Exception: root, because the engine's socket is root's.", '0:0'),
    entrypoint: dockerProxyCommand,
    networks: [dockerNetwork],
    volumes: [
      generatedMount('loki'),
      noted(
        "Exception: the engine's socket. Read-only is no protection: who can speak to it controls the engine. Only this speaks to it.",
        '/var/run/docker.sock:/var/run/docker.sock:ro',
      ),
    ],
    tmpfs: flow(['/tmp']),
    healthcheck: healthCheck(wget(`http://127.0.0.1:${dockerProxy.port}/-/healthy`)),
    mem_limit: '64m',
  },
  'Lets the log collector ask the Docker engine which containers there are and what they print, and nothing else.',
];
