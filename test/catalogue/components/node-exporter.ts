import type { Component } from '../component.ts';

/** Those that are off by default and of use on a server. Those that need systemd or hardware are in the supplement. */
const collectors = ['buddyinfo', 'interrupts', 'ksmd', 'mountstats', 'processes', 'sysctl', 'tcpstat'];

export const nodeExporter: Component = {
  name: 'node-exporter',
  captured: `of this machine, with the collectors ${collectors.join(', ')} and a text file besides the default ones`,
  versionOf: 'node_exporter_build_info',
  images: ['node-exporter'],
  async scrape(place) {
    const running = await place.start({
      alias: 'node-exporter',
      image: 'node-exporter',
      port: 9100,
      files: { '/var/lib/node/example.prom': '# TYPE watchpost_example gauge\nwatchpost_example 1\n' },
      args: [
        ...collectors.map((collector) => `--collector.${collector}`),
        '--collector.textfile.directory=/var/lib/node',
        '--path.rootfs=/host',
      ],
      with: (container) => container.withBindMounts([{ source: '/', target: '/host', mode: 'ro' }]),
    });
    // What the text file holds is nobody's metric.
    return [(await running.get('/metrics')).replaceAll(/^.*watchpost_example.*\n/gm, '')];
  },
};
