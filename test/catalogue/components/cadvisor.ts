import { setTimeout as sleep } from 'node:timers/promises';
import { cadvisorFlags } from '../../../stack/arguments.ts';
import type { Component } from '../component.ts';

/** Those with which the stack runs it: what they leave out is not there for a rule to ask for. */
const flags = cadvisorFlags.measures;

export const cadvisor: Component = {
  name: 'cadvisor',
  captured: `of the containers of this machine, with ${flags.join(' ')}`,
  versionOf: 'cadvisor_version_info',
  images: ['cadvisor', 'nginx'],
  async scrape(place) {
    await place.start({
      alias: 'watched',
      image: 'nginx',
      port: 80,
      with: (container) =>
        container
          .withLabels({ 'com.docker.compose.project': 'test', 'com.docker.compose.service': 'watched' })
          .withResourcesQuota({ memory: 0.25, cpu: 0.5 }),
    });
    const running = await place.start({
      alias: 'cadvisor',
      image: 'cadvisor',
      port: 9816,
      args: ['--port=9816', ...flags],
      with: (container) =>
        container.withUser('0:0').withBindMounts(
          ['/var/run/docker.sock', '/sys', '/var/lib/docker'].map((path) => ({
            source: path,
            target: path,
            mode: 'ro',
          })),
        ),
    });
    for (let i = 0; i < 60; i++) {
      const text = await running.get('/metrics');
      if (/^container_memory_working_set_bytes\{.*watched/m.test(text)) return [text];
      await sleep(500);
    }
    throw new Error('cAdvisor does not see the container');
  },
};
