import type { Config } from '../config/model.ts';
import { componentCommand, hostRootMount } from '../stack/arguments.ts';
import { merge, noted } from '../stack/generated-yaml.ts';
import { composeImage, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck, wget } from './health.ts';
import { literal } from './names.ts';

export function nodeExporterService(config: Config, surroundings: Surroundings): ComposeService {
  return [
    {
      [merge]: 'hardened',
      image: composeImage('node-exporter'),
      user: '65534:65534',
      command: componentCommand('node-exporter', surroundings, config.urls).args.map(literal),
      ports: [`127.0.0.1:${parts['node-exporter'].port}:${parts['node-exporter'].port}`],
      pid: noted("Exception: it counts the host's processes and mounts, not its own.", 'host'),
      volumes: [
        noted(
          "Exception: it measures the host's file systems; it can read what everybody can.",
          `/:${hostRootMount}:ro`,
        ),
      ],
      healthcheck: healthCheck(wget(`http://127.0.0.1:${parts['node-exporter'].port}/`)),
      mem_limit: '128m',
    },
    'Measures the host: processors, memory, disks.',
  ];
}
