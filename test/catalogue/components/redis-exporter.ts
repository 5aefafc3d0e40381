import type { Component } from '../component.ts';

const flags = [
  '--include-system-metrics',
  '--include-config-metrics',
  '--export-client-list',
  '--include-modules-metrics',
];

export const redisExporter: Component = {
  name: 'redis-exporter',
  captured: `before a Redis with RDB and AOF and its replica, with ${flags.join(' ')}`,
  versionOf: 'redis_exporter_build_info',
  images: ['redis', 'redis-exporter'],
  async scrape(place) {
    const server = 'exec redis-server --bind 0.0.0.0 --protected-mode no --dir /tmp --save 3600 1 --appendonly yes';
    const primary = await place.start({
      alias: 'primary',
      image: 'redis',
      port: 6379,
      command: `${server} --enable-debug-command local --latency-monitor-threshold 1 --maxmemory 100mb --maxmemory-policy allkeys-lru`,
    });
    await place.start({ alias: 'replica', image: 'redis', port: 6379, command: `${server} --replicaof primary 6379` });
    // Keys with and without an end, a stream, an event that is slow, commands that fail, a save.
    const commands = [
      'SET a 1',
      'SET b 1 EX 600',
      'XADD s * f v',
      'XGROUP CREATE s g 0',
      'INCR s || true',
      'NOSUCH || true',
      'DEBUG SLEEP 0.05',
      'CONFIG SET slowlog-log-slower-than 0',
      'GET a',
      'BGSAVE',
      'BGREWRITEAOF',
    ];
    for (const command of commands) await primary.exec(`redis-cli ${command}`);
    await primary.exec(
      'for i in $(seq 50); do redis-cli INFO replication | grep -q state=online && exit 0; sleep 0.2; done; exit 1',
    );
    const texts: string[] = [];
    for (const server of ['primary', 'replica']) {
      const exporter = await place.start({
        alias: `exporter-${server}`,
        image: 'redis-exporter',
        port: 9121,
        args: [`--redis.addr=redis://${server}:6379`, '--check-streams=s', '--check-single-keys=a', ...flags],
      });
      texts.push(await exporter.get('/metrics'));
    }
    return texts;
  },
};
