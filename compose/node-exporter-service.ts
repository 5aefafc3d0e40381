import type { Config } from '../config/model.ts';
import { componentCommand, hostRootMount, systemBusSocket } from '../stack/arguments.ts';
import { hostUnits } from '../stack/exporters.ts';
import { merge, noted } from '../stack/generated-yaml.ts';
import { composeImage, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { readOnlyBind } from './bind.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { literal } from './names.ts';

export function nodeExporterService(config: Config, surroundings: Surroundings): ComposeService {
  const units = hostUnits(config.services);
  const { args, env } = componentCommand('node-exporter', surroundings, config.urls, { units });
  return [
    {
      [merge]: 'hardened',
      image: composeImage('node-exporter'),
      user: '65534:65534',
      command: args.map(literal),
      ...(Object.keys(env).length > 0 && { environment: env }),
      ports: [`127.0.0.1:${parts['node-exporter'].port}:${parts['node-exporter'].port}`],
      pid: noted("Exception: it counts the host's processes and mounts, not its own.", 'host'),
      ...(units.length > 0 && {
        security_opt: noted('Exception: AppArmor, where the host has it, keeps containers from its message bus.', [
          'no-new-privileges:true',
          'apparmor:unconfined',
        ]),
      }),
      volumes: [
        noted(
          "Exception: it measures the host's file systems; it can read what everybody can.",
          `/:${hostRootMount}:ro`,
        ),
        ...(units.length > 0
          ? [
              noted(
                'Exception: the message bus of the host, where systemd says how its units are. Everybody may ask that.',
                readOnlyBind(systemBusSocket, systemBusSocket),
              ),
            ]
          : []),
      ],
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts['node-exporter'].port}/`)),
      mem_limit: '128m',
    },
    'Measures the host: processors, memory, disks, and the units that are named.',
  ];
}
