import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../../cli/testing/running-watchpost.ts';
import { cadvisorFlags } from '../../../../stack/arguments.ts';
import { imageOf } from '../../found.ts';
import { must, run } from '../../shell.ts';
import { hostName } from '../../stack.ts';
import type { FaultCase, Prop, Site } from '../fault-case.ts';

/** Of this process: two runs on one machine do not take each other's. */
const own = (name: string) => `faults-${process.pid}-${name}`;

/** Containers beside the stack, all of them in the eyes of one cAdvisor. */
export const boxCases: readonly FaultCase[] = [
  box({
    alert: 'ContainerRestarting',
    cause: 'a container ends after a few seconds, and is started again each time',
    name: own('crashing'),
    title: `boxes/${own('crashing')} is restarted again and again`,
    says: [/\d+ starts in the last 15 minutes/],
    inject: async () => {
      await begin(own('crashing'), ['--restart', 'always'], 'sleep 11');
      // Once is an accident, and so is twice.
      const restarts = () => must('docker', ['inspect', '--format', '{{.RestartCount}}', own('crashing')]);
      while (Number(await restarts()) < 3) await sleep(500);
      return Date.now();
    },
    mend: () => end(own('crashing')),
  }),
  box({
    alert: 'ContainerGone',
    cause: 'a container that has run for long is removed',
    name: own('gone'),
    title: `boxes/${own('gone')} does not run any more`,
    says: ['there has been no container of this name'],
    ready: () => begin(own('gone'), [], 'sleep infinity'),
    inject: async () => {
      // What is missed must have lived.
      await sleep(200_000);
      await end(own('gone'));
      return Date.now();
    },
    mend: () => begin(own('gone'), [], 'sleep infinity'),
  }),
  box({
    alert: 'ContainerOOMKilled',
    cause: 'a process of a container wants more memory than the container may have',
    name: own('greedy'),
    title: `boxes/${own('greedy')}: the kernel killed for want of memory`,
    says: ['the container had used up its limit'],
    ready: () => begin(own('greedy'), ['--memory', '32m'], 'sleep infinity'),
    inject: async () => {
      await run('docker', ['exec', own('greedy'), 'tail', '/dev/zero']);
      return Date.now();
    },
    mend: async () => {},
  }),
  box({
    alert: 'ContainerMemoryNearLimit',
    cause: 'a container uses 94% of the memory that it may have',
    name: own('full'),
    title: `boxes/${own('full')} has used`,
    says: [/has used (?:9\d(?:\.\d+)?|100)% of its memory/, '64MiB that it may have'],
    ready: () => begin(own('full'), ['--memory', '64m', '--tmpfs', '/kept:size=62m'], 'sleep infinity'),
    inject: async () => {
      await must('docker', ['exec', own('full'), 'sh', '-c', 'head -c 60M /dev/zero > /kept/all']);
      return undefined;
    },
    mend: () => must('docker', ['exec', own('full'), 'rm', '/kept/all']),
  }),
];

interface Box extends Pick<FaultCase, 'alert' | 'cause' | 'title' | 'says'>, Pick<Prop, 'ready' | 'inject' | 'mend'> {
  readonly name: string;
}

function box({ alert, cause, title, says, name, ready, inject, mend }: Box): FaultCase {
  return {
    ...{ alert, cause, title, says },
    subject: { service: 'boxes' },
    needs: ['cadvisor', 'servers'],
    set: async (site) => {
      site.cleanup.defer(() => end(name));
      const services = await site.once('cadvisor', startCadvisor);
      return { services, ...(ready && { ready }), inject, mend };
    },
  };
}

/** All of the cases are seen by this one. On the network of the host, and with no more rights than in compose.yaml. */
async function startCadvisor({ cleanup }: Site): Promise<string> {
  const [port] = await freePorts(1);
  const name = `faults-cadvisor-${port}`;
  const mounts = ['/var/run/docker.sock', '/sys', '/var/lib/docker'].flatMap((path) => ['-v', `${path}:${path}:ro`]);
  const rights = ['--user', '0:0', '--cap-add', 'SYSLOG', '--device', '/dev/kmsg', '--network', 'host'];
  await must('docker', [
    ...['run', '-d', '--name', name, ...mounts, ...rights, imageOf('cadvisor')],
    ...[`--port=${port}`, ...cadvisorFlags.measures, ...cadvisorFlags.pace],
  ]);
  cleanup.defer(() => end(name));
  return `  boxes: { kind: containers, metrics: "http://${hostName}:${port}/metrics" }\n`;
}

async function begin(name: string, options: readonly string[], command: string): Promise<void> {
  await must('docker', ['run', '-d', '--name', name, ...options, imageOf('servers'), 'sh', '-c', `exec ${command}`]);
}

async function end(name: string): Promise<void> {
  await run('docker', ['rm', '-f', name]);
}
