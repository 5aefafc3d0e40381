import type { Config } from '../config/model.ts';
import { componentCommand } from '../stack/arguments.ts';
import { merge, noted } from '../stack/generated-yaml.ts';
import { composeImage, parts } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ComposeService } from './compose-service.ts';
import { healthCheck } from './health.ts';
import { dataVolume, generatedMount, literal } from './names.ts';
import { lokiSecrets } from './secrets.ts';

export function lokiService(config: Config, surroundings: Surroundings): ComposeService {
  const s3CredentialsFile = config.s3?.credentialsFile;
  const { args, env } = componentCommand('loki', surroundings, config.urls, { s3CredentialsFile });
  const secrets = lokiSecrets(config);
  return [
    {
      [merge]: 'hardened',
      image: composeImage('loki'),
      user: '10001:10001',
      command: args.map(literal),
      ...(Object.keys(env).length > 0 && { environment: env }),
      ports: [`127.0.0.1:${parts.loki.port}:${parts.loki.port}`],
      volumes: [generatedMount('loki'), `${dataVolume('loki')}:${surroundings.data('loki')}`],
      ...(secrets.length > 0 && { secrets }),
      healthcheck: noted('The image has neither shell nor wget.', healthCheck(['/usr/bin/loki', '-health'])),
      stop_grace_period: '30s',
      mem_limit: '1g',
    },
    'Logs.',
  ];
}
