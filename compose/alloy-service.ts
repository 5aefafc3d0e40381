import type { Config } from '../config/model.ts';
import { componentCommand } from '../stack/arguments.ts';
import { flow, merge, noted, type YamlValue } from '../stack/generated-yaml.ts';
import { folderOfGlob, hostFilesMount } from '../stack/host-files.ts';
import { composeImage, dockerProxy, parts, syslogPort } from '../stack/parts.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import { readOnlyBind } from './bind.ts';
import type { ComposeService } from './compose-service.ts';
import { dockerNetwork } from './docker-proxy-service.ts';
import { bashGet, healthCheck } from './health.ts';
import { dataVolume, literal } from './names.ts';

export function alloyService(config: Config, surroundings: Surroundings): ComposeService {
  const logs = config.services.flatMap((service) => service.logs ?? []);
  const folders = [
    ...new Set(logs.flatMap((source) => (source.kind === 'file' ? [folderOfGlob(source.glob)] : []))),
  ].sort();
  return [
    {
      [merge]: 'hardened',
      image: composeImage('alloy'),
      user: noted(
        "Exception: root, because the host's logs are root's; the group is the one that owns the image's data.",
        '0:473',
      ),
      ...(folders.length > 0 && {
        cap_add: noted(
          'Exception: log files of other users. It can read any file that is mounted below, and write none.',
          flow(['DAC_READ_SEARCH']),
        ),
      }),
      command: componentCommand('alloy', surroundings, config.urls).args.map(literal),
      ports: [`127.0.0.1:${parts.alloy.port}:${parts.alloy.port}`, ...syslogPorts(config)],
      networks: noted('The second is for the output of containers: see docker-proxy.', ['default', dockerNetwork]),
      depends_on: { [dockerProxy.name]: { condition: 'service_started' } },
      volumes: [
        './loki/generated:/etc/watchpost/loki:ro',
        noted('How far each source was read.', `${dataVolume('alloy')}:${surroundings.data('alloy')}`),
        ...(logs.some(({ kind }) => kind === 'unit') ? journal : []),
        ...folders.map((folder, index) =>
          index === 0 ? noted('Log files of the host.', hostFolder(folder)) : hostFolder(folder),
        ),
      ],
      tmpfs: flow(['/tmp']),
      healthcheck: noted('The image has no wget.', healthCheck(bashGet(parts.alloy.port, '/-/ready'))),
      mem_limit: '512m',
    },
    'Carries logs to Loki: from containers, files, the journal and syslog.',
  ];
}

/** Only where a service is named whose messages come so. */
function syslogPorts({ services, syslog }: Config): readonly YamlValue[] {
  if (!services.some(({ logs }) => logs?.kind === 'syslog')) return [];
  const { host, port } = syslog.listen;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}:${syslogPort}`;
  return [noted('Syslog.', address), `${address}/udp`];
}

/** The journal lies in one of the two, as the host keeps it; the id says which is the host's own. */
const journal: readonly YamlValue[] = [
  noted("The host's journal.", readOnlyBind('/var/log', '/var/log')),
  readOnlyBind('/run/log', '/run/log'),
  readOnlyBind('/etc/machine-id', '/etc/machine-id'),
];

function hostFolder(folder: string): YamlValue {
  return readOnlyBind(folder, `${hostFilesMount}${folder === '/' ? '' : folder}`);
}
