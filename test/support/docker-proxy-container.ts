import { GenericContainer, Wait } from 'testcontainers';
import { dockerProxyCommand } from '../../stack/arguments.ts';
import { dockerProxy } from '../../stack/parts.ts';
import { imageOf } from './found.ts';

/**
 * What lets the log collector ask Docker and change nothing, as Compose runs it.
 * @param generated the folder `loki/generated`
 */
export function dockerProxyContainer(generated: string): GenericContainer {
  return new GenericContainer(imageOf('nginx'))
    .withEntrypoint([...dockerProxyCommand])
    .withUser('0:0')
    .withDroppedCapabilities('ALL')
    .withTmpFs({ '/tmp': '' })
    .withBindMounts([
      { source: generated, target: '/etc/watchpost/loki', mode: 'ro' },
      { source: '/var/run/docker.sock', target: '/var/run/docker.sock', mode: 'ro' },
    ])
    .withExposedPorts(dockerProxy.port)
    .withWaitStrategy(Wait.forHttp('/-/healthy', dockerProxy.port));
}
