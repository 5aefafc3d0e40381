import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, start, until } from '../machine.ts';
import { scrape } from '../scrape.ts';
import { addressOf } from '../target.ts';
import type { Load, Peer } from './peer.ts';

const port = 19_313;

/** As cheap as it can be set up to tell a good status from a bad one: without its phases, which are off by default. */
export const cloudprober: Peer = {
  name: 'cloudprober',
  missing: () =>
    onPath('cloudprober') === undefined ? 'cloudprober (go install of github.com/cloudprober/cloudprober)' : undefined,
  async start(load) {
    const file = join(load.folder, 'cloudprober.cfg');
    writeFileSync(file, configuration(load));
    const running = await start(
      onPath('cloudprober') ?? '',
      ['--config_file', file],
      join(load.folder, 'cloudprober.out'),
    );
    const metricsUrl = `http://127.0.0.1:${port}/metrics`;
    await until(60_000, 'cloudprober', () =>
      scrape(metricsUrl).then(
        () => true,
        () => false,
      ),
    );
    return { process: running, metricsUrl, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
  },
};

function configuration({ protocol, targets, everySeconds, target }: Load): string {
  const endpoints = Array.from({ length: targets }, (_, i) => `endpoint { name: "${addressOf(i)}" }`).join('\n    ');
  const secure = `scheme: HTTPS tls_config { ca_cert_file: "${target.caFile}" server_name: "${target.serverName}" } disable_http2: true`;
  // The gap spreads the first runs over the whole interval, as ours are.
  const gap = Math.max(1, Math.floor((everySeconds * 1_000) / targets));
  return `host: "127.0.0.1"
port: ${port}
probe {
  name: "bench"
  type: HTTP
  targets {
    ${endpoints}
  }
  interval: "${everySeconds}s"
  timeout: "5s"
  validator { name: "status" http_validator { success_status_codes: "200-299" } }
  http_probe {
    port: ${protocol === 'http' ? target.httpPort : target.httpsPort}
    relative_url: "/health"
    interval_between_targets_msec: ${gap}
    ${protocol === 'https' ? secure : ''}
  }
}
`;
}
