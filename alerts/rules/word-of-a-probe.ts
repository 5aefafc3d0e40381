import type { ServiceKind } from '../../stack/kinds.ts';
import { select } from '../../stack/promql.ts';

/**
 * A service that has a kind may have probes as well, and both tell of the same thing. By protocol:
 * - `proves`: where such a probe passes, the service works, and it is the exporter that cannot look.
 * - `tells`: where such a probe is down, its page has gone out first and says more.
 * A port that must be closed is probed by `tcp` too, so that one proves nothing.
 */
export const wordOfAProbe: Readonly<
  Record<ServiceKind, { readonly proves: readonly string[]; readonly tells: readonly string[] }>
> = {
  postgres: { proves: ['postgres'], tells: ['postgres', 'tcp'] },
  redis: { proves: ['redis'], tells: ['redis', 'tcp'] },
  nginx: { proves: ['http', 'websocket', 'grpc'], tells: ['http', 'websocket', 'grpc', 'tcp'] },
  host: { proves: ['icmp', 'http', 'postgres', 'redis', 'smtp'], tells: ['icmp', 'http', 'tcp'] },
  containers: { proves: [], tells: [] },
};

/** To be put behind an expression about a service of that kind. A probe service that is dead proves nothing. */
export function unlessAProbePasses(kind: ServiceKind): string {
  const { proves } = wordOfAProbe[kind];
  const [only = '', ...others] = proves;
  const info = select('watchpost_probe_info', { kind: others.length === 0 ? only : { like: proves.join('|') } });
  return `unless on (service) (${select('watchpost_probe_down')} == 0 and on (service, probe, target, location) ${info})`;
}
