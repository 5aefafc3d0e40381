import { GenericContainer } from 'testcontainers';
import { imageOf } from '../../found.ts';
import { run } from '../../shell.ts';
import { start, stop } from '../containers.ts';
import { type Disk, startDisk } from '../disk.ts';
import type { FaultCase } from '../fault-case.ts';

/** A node_exporter for each; what it says of processor and memory is this machine's. */
export const hostCases: readonly FaultCase[] = [
  {
    alert: 'HostDown',
    cause: 'a host does not answer any more (its node_exporter is stopped)',
    title: 'far: the host does not answer',
    says: ['Nobody answers at far:9100'],
    subject: { service: 'far' },
    needs: ['node-exporter'],
    set: async () => ({
      services: entry('far'),
      containers: async ({ add }) => {
        await add('far', nodeExporter());
      },
      inject: (stack) => stop(stack, 'far'),
      mend: (stack) => start(stack, 'far'),
    }),
  },
  disk({
    alert: 'HostDiskFilling',
    cause: 'a loop-mounted file system is filled to 85% in a minute',
    service: 'growing',
    title: 'growing: /srv fills up',
    says: [/8\d(?:\.\d+)?% are in use/],
    breaks: 'fallocate -l 50M filling',
    mends: 'rm filling',
  }),
  disk({
    alert: 'HostDiskCritical',
    cause: 'a loop-mounted file system is filled to 98%',
    service: 'stuffed',
    title: 'stuffed: /srv is',
    says: [/\/srv is 9[789](?:\.\d+)?% full/],
    breaks: 'fallocate -l "$(($(stat -f -c "%a * %S" .) * 98 / 100))" filling',
    mends: 'rm filling',
  }),
  disk({
    alert: 'HostInodesLow',
    cause: 'a loop-mounted file system is filled with empty files',
    service: 'littered',
    title: 'littered: /srv has few inodes left',
    says: [/9[6-9](?:\.\d+)?% are in use/],
    breaks: 'mkdir litter; i=0; while test $(stat -f -c %d .) -gt 10; do i=$((i + 1)); : > litter/$i; done',
    mends: 'rm -r litter',
  }),
  {
    alert: 'HostOOMKill',
    cause: 'a container without memory left has a process killed',
    title: 'starved: the kernel killed for want of memory',
    says: ['or a container with a limit, had no memory left'],
    subject: { service: 'starved' },
    needs: ['node-exporter', 'servers'],
    set: async () => ({
      services: entry('starved'),
      containers: async ({ add }) => {
        await add('starved', nodeExporter());
      },
      inject: async () => {
        await run('docker', ['run', '--rm', '--memory', '16m', imageOf('servers'), 'tail', '/dev/zero']);
        return undefined;
      },
      mend: async () => {},
    }),
  },
];

interface Filled extends Pick<FaultCase, 'alert' | 'cause' | 'title' | 'says'> {
  readonly service: string;
  /** Shell commands in the file system. */
  readonly breaks: string;
  readonly mends: string;
}

function disk({ alert, cause, title, says, service, breaks, mends }: Filled): FaultCase {
  return {
    ...{ alert, cause, title, says },
    subject: { service },
    needs: ['node-exporter'],
    set: async ({ cleanup }) => {
      const own: Disk = cleanup.use(await startDisk());
      return {
        services: entry(service),
        containers: async ({ add }) => {
          await add(service, nodeExporter().withBindMounts([{ source: own.folder, target: '/srv', mode: 'ro' }]));
        },
        inject: async () => {
          await own.run(breaks);
          return undefined;
        },
        mend: () => own.run(mends),
      };
    },
  };
}

function entry(service: string): string {
  return `  ${service}: { kind: host, metrics: "http://${service}:9100/metrics" }\n`;
}

/** Docker mounts a few files of the host into every container: its disk is not what is looked at. */
function nodeExporter(): GenericContainer {
  return new GenericContainer(imageOf('node-exporter')).withCommand([
    '--collector.filesystem.mount-points-exclude=^/(etc|dev|proc|sys|run)($|/)',
  ]);
}
