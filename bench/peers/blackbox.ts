import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, start, until } from '../machine.ts';
import { scrape, touch } from '../scrape.ts';
import { addressOf } from '../target.ts';
import type { Load, Peer } from './peer.ts';

const port = 19_115;
const names = ['blackbox_exporter', 'prometheus-blackbox-exporter'] as const;

/** It probes when it is scraped, so its clock is here; what that costs is not counted. */
export const blackbox: Peer = {
  name: 'blackbox_exporter',
  missing: () => (onPath(...names) === undefined ? 'blackbox_exporter' : undefined),
  async start(load) {
    const file = join(load.folder, 'blackbox.yaml');
    writeFileSync(file, configuration(load));
    const running = await start(
      onPath(...names) ?? '',
      [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
      join(load.folder, 'blackbox.out'),
    );
    await until(30_000, 'blackbox_exporter', () =>
      scrape(`http://127.0.0.1:${port}/-/healthy`).then(
        () => true,
        () => false,
      ),
    );
    const stop = keepAsking(load);
    return {
      process: running,
      async [Symbol.asyncDispose]() {
        stop();
        await running[Symbol.asyncDispose]();
      },
    };
  },
};

/** Every target once in each interval, evenly spread. */
function keepAsking({ protocol, targets, everySeconds, target }: Load): () => void {
  const targetPort = protocol === 'http' ? target.httpPort : target.httpsPort;
  const began = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000 / everySeconds) * targets;
    for (; asked < due; asked++) {
      const address = `${protocol}://${addressOf(asked % targets)}:${targetPort}/health`;
      touch(`http://127.0.0.1:${port}/probe?module=bench&target=${encodeURIComponent(address)}`).catch(() => {
        // At the end it is stopped in the middle of probes.
      });
    }
  }, 5);
  return () => clearInterval(timer);
}

function configuration({ protocol, target }: Load): string {
  const secure = `
      tls_config: { ca_file: ${target.caFile}, server_name: ${target.serverName} }`;
  return `modules:
  bench:
    prober: http
    timeout: 5s
    http:
      enable_http2: false
      preferred_ip_protocol: ip4${protocol === 'https' ? secure : ''}
`;
}
