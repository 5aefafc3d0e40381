import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, until } from '../machine.ts';
import { scrape } from '../scrape.ts';
import { addressOf } from '../target.ts';
import type { Load, Peer } from './peer.ts';

const port = 19_815;
/** Services of the configuration: a stack of this size has many. */
const services = 20;

export const watchpost: Peer = {
  name: 'watchpost',
  missing: () => undefined,
  async start(load) {
    const file = join(load.folder, 'watchpost.yaml');
    writeFileSync(file, configuration(load));
    return await serve(file, load.folder);
  },
};

/** The probe service as `./watchpost serve` starts it: that command becomes the process that is measured. */
export async function serve(file: string, folder: string) {
  const command = new URL('../../watchpost', import.meta.url).pathname;
  const listen = `127.0.0.1:${port}`;
  const log = join(folder, 'watchpost.out');
  const running = await start(command, ['serve', '--config', file, '--listen', listen], log);
  await until(60_000, `watchpost (its output is in ${log})`, () =>
    scrape(`http://${listen}/-/ready`).then(
      () => true,
      () => false,
    ),
  );
  return {
    process: running,
    metricsUrl: `http://${listen}/metrics`,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

function configuration({ protocol, targets, everySeconds, target }: Load): string {
  const options = protocol === 'http' ? '' : `, server_name: ${target.serverName}, ca_file: ${target.caFile}`;
  const targetPort = protocol === 'http' ? target.httpPort : target.httpsPort;
  const probes = Array.from({ length: targets }, (_, i) => i);
  const lines = ['stack: bench', `defaults: { every: ${everySeconds}s, timeout: 5s }`, 'services:'];
  for (let service = 0; service < services; service++) {
    lines.push(`  service-${service}:`, '    probes:');
    for (const i of probes.filter((probe) => probe % services === service)) {
      lines.push(`      p${i}: { http: "${protocol}://${addressOf(i)}:${targetPort}/health"${options} }`);
    }
  }
  return `${lines.join('\n')}\n`;
}
