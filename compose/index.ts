import type { Config } from '../config/model.ts';
import { exporterName, exportersOf } from '../stack/exporters.ts';
import { anchored, flow, spaced, type YamlValue, yamlFile } from '../stack/generated-yaml.ts';
import { composeProject, dockerProxy, type Part, partNames } from '../stack/parts.ts';
import type { GeneratedFile, Surroundings } from '../stack/surroundings.ts';
import { dockerNetwork, dockerProxyService } from './docker-proxy-service.ts';
import { exporterService } from './exporter-services.ts';
import { generateTool } from './generate-tool.ts';
import { dataVolume } from './names.ts';
import { allSecrets } from './secrets.ts';
import { services, statefulParts } from './services.ts';

const about = `
The whole stack. Start it with \`docker compose up -d --wait\`; nothing needs to be configured or installed before.

Your own additions go into compose.override.yaml, which Compose merges by itself. To probe the containers of another
project by their names, join its network there:

  services:
    watchpost: { networks: [default, shop] }
    prometheus: { networks: [default, shop] }   # only where it scrapes a \`metrics\` URL of that project
    postgres-exporter-db: { networks: [default, shop] }   # the exporter of a service of that project, as it is called below
  networks:
    shop: { external: true, name: shop_default }

Services of the host are reached as host.docker.internal. Every port below is open on this machine only.`;

const hardened: YamlValue = {
  restart: 'unless-stopped',
  read_only: true,
  cap_drop: flow(['ALL']),
  security_opt: flow(['no-new-privileges:true']),
  logging: { driver: 'json-file', options: flow({ 'max-size': '10m', 'max-file': '3' }) },
};

/** One file that is complete: what the configuration does not need is not in it. */
export function generateCompose(config: Config, surroundings: Surroundings): readonly GeneratedFile[] {
  const present = partNames.filter((part) => surroundings.has(part));
  const secrets = allSecrets(config);
  const hasAlloy = surroundings.has('alloy');
  const volumes = present.filter((part): part is Part => statefulParts.includes(part)).map(dataVolume);
  const value: YamlValue = {
    name: composeProject,
    'x-hardened': spaced(
      anchored('hardened', hardened),
      'What holds for every service; a service that needs more says why.',
    ),
    services: spaced({
      ...Object.fromEntries(present.map((part) => [part, spaced(...services[part](config, surroundings))])),
      ...Object.fromEntries(
        exportersOf(config.services).map((exporter) => [
          exporterName(exporter),
          spaced(...exporterService(exporter, surroundings)),
        ]),
      ),
      ...(hasAlloy && { [dockerProxy.name]: spaced(...dockerProxyService) }),
      generate: spaced(...generateTool),
    }),
    ...(hasAlloy && {
      networks: spaced(
        { [dockerNetwork]: { internal: true } },
        `Where ${dockerProxy.name} is reached, by the log collector alone.`,
      ),
    }),
    ...(volumes.length > 0 && {
      volumes: spaced(
        Object.fromEntries(volumes.map((volume) => [volume, flow({})])),
        'Everything that must outlive a container.',
      ),
    }),
    ...(secrets.length > 0 && {
      secrets: spaced(
        Object.fromEntries(secrets.map((name) => [name, { file: `./secrets/${name}` }])),
        'Files that are not in git: the folder 0700, each file 0444.',
      ),
    }),
  };
  return [yamlFile('compose.yaml', about, value)];
}
