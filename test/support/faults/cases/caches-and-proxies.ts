import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, Wait } from 'testcontainers';
import { imageOf } from '../../found.ts';
import type { Stack } from '../../stack.ts';
import { asRoot, start, stop } from '../containers.ts';
import type { FaultCase, Prop } from '../fault-case.ts';

const nginxConfiguration = `daemon off;
error_log /dev/stderr crit;
worker_processes 1;
events { worker_connections 12; }
http { server { listen 8080; access_log off; location = /stub_status { stub_status; } location / { return 204; } } }
`;

/** A Redis for each. */
export const redisCases: readonly FaultCase[] = [
  redis({
    alert: 'RedisDown',
    cause: 'Redis is stopped',
    service: 'cache',
    title: 'cache: Redis is down',
    says: ['Its exporter has had no answer'],
    inject: (stack) => stop(stack, 'cache'),
    mend: (stack) => start(stack, 'cache'),
  }),
  redis({
    alert: 'RedisConnectionsHigh',
    cause: '17 of 20 connections are taken, and the exporter takes its own',
    service: 'busy',
    options: '--maxclients 20',
    title: 'busy: ',
    says: [/busy: (?:90|95)% of the connections/, /1[89] clients of 20/],
    inject: (stack) => subscribe(stack, 'busy', 17),
    mend: (stack) => unsubscribe(stack, 'busy'),
  }),
  redis({
    alert: 'RedisConnectionsExhausted',
    cause: 'one connection after the other is taken, until none is left',
    service: 'crammed',
    options: '--maxclients 20',
    title: 'crammed: Redis refuses clients',
    says: ['Whoever is refused fails'],
    inject: async (stack) => {
      await subscribe(stack, 'crammed', 17);
      // Its exporter gets in once more, and is refused with everybody else afterwards.
      await sleep(12_000);
      await subscribe(stack, 'crammed', 10);
      return Date.now();
    },
    mend: (stack) => unsubscribe(stack, 'crammed'),
  }),
  redis({
    alert: 'RedisPersistenceFailing',
    cause: 'Redis may not write to its folder any more, and saves',
    service: 'unsaved',
    title: 'unsaved: Redis cannot write to its disk',
    says: ['What is written now is lost with a restart'],
    inject: (stack) => run(stack, 'unsaved', 'chmod a-w /data; redis-cli bgsave'),
    mend: (stack) => run(stack, 'unsaved', 'chmod u+w /data; redis-cli bgsave'),
  }),
  redis({
    alert: 'RedisMemoryHigh',
    cause: 'it is filled to 95% of the memory that it may use',
    service: 'heavy',
    options: '--maxmemory 20mb',
    title: 'heavy: Redis has used 9',
    says: [/9\d(?:\.\d+)?% of its memory/, 'expected at most 90%'],
    inject: async (stack) => {
      await run(stack, 'heavy', fill);
      return Date.now();
    },
    mend: (stack) => run(stack, 'heavy', 'redis-cli flushall'),
  }),
];

const fill = `while test "$(redis-cli info memory | sed -n 's/^used_memory:\\([0-9]*\\).*/\\1/p')" -lt 19800000; do
  redis-cli debug populate 100 "$(date +%N)" 1024 >/dev/null
done`;

/** An nginx for each. */
export const nginxCases: readonly FaultCase[] = [
  nginx({
    alert: 'NginxDown',
    cause: 'nginx is stopped',
    service: 'edge',
    title: 'edge: nginx is down',
    says: ['Its exporter has had no answer from its status page'],
    inject: (stack) => stop(stack, 'edge'),
    mend: (stack) => start(stack, 'edge'),
  }),
  nginx({
    alert: 'NginxDroppingConnections',
    cause: 'clients open more connections than its worker has, again and again',
    service: 'flooded',
    title: 'flooded: nginx drops connections',
    says: [/\d+ in the last minute were closed as soon as they came in/],
    inject: async (stack) => {
      await asRoot(stack, 'flooded', `bash -c '${flood}' >/dev/null 2>&1 & echo $! > /tmp/flood`);
      return undefined;
    },
    mend: (stack) => run(stack, 'flooded', 'kill $(cat /tmp/flood)'),
  }),
];

/**
 * Forty at once for a moment, each with a request that it does not end (nginx closes those that say nothing to make room), then
 * none, so that its exporter gets in between.
 */
const flood = `trap "" PIPE
while :; do
  ( for i in $(seq 40); do n=$((i + 10)); eval "exec $n<>/dev/tcp/127.0.0.1/8080"; echo GET / HTTP/1.1 >&$n; done; sleep 0.5 )
  sleep 4
done`;

interface Server extends Pick<FaultCase, 'alert' | 'cause' | 'title' | 'says'>, Pick<Prop, 'inject' | 'mend'> {
  readonly service: string;
  readonly options?: string;
}

function redis({ alert, cause, title, says, service, options = '', inject, mend }: Server): FaultCase {
  const command = `install -d -o redis /data; exec setpriv --reuid redis --clear-groups redis-server --dir /data --bind 0.0.0.0 --protected-mode no --enable-debug-command yes ${options}`;
  return {
    ...{ alert, cause, title, says },
    subject: { service },
    needs: ['servers', 'redis-exporter'],
    set: async () => ({
      services: `  ${service}: { kind: redis, exporter: { address: "${service}:6379" } }\n`,
      containers: async ({ add }) => {
        const container = new GenericContainer(imageOf('servers'))
          .withEntrypoint(['sh', '-c', command])
          .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/));
        await add(service, container);
      },
      inject,
      mend,
    }),
  };
}

function nginx({ alert, cause, title, says, service, inject, mend }: Server): FaultCase {
  return {
    ...{ alert, cause, title, says },
    subject: { service },
    needs: ['servers', 'nginx-exporter'],
    set: async () => ({
      services: `  ${service}: { kind: nginx, exporter: { status_url: "http://${service}:8080/stub_status" } }\n`,
      containers: async ({ add }) => {
        const container = new GenericContainer(imageOf('servers'))
          .withCopyContentToContainer([{ content: nginxConfiguration, target: '/nginx.conf' }])
          .withEntrypoint(['nginx', '-c', '/nginx.conf']);
        await add(service, container);
      },
      inject,
      mend,
    }),
  };
}

async function run(stack: Stack, alias: string, command: string): Promise<undefined> {
  await asRoot(stack, alias, command);
}

function subscribe(stack: Stack, alias: string, count: number): Promise<undefined> {
  return run(
    stack,
    alias,
    `for i in $(seq ${count}); do redis-cli subscribe nothing </dev/null >/dev/null 2>&1 & done`,
  );
}

async function unsubscribe(stack: Stack, alias: string): Promise<undefined> {
  // Not by redis-cli, which is refused as well.
  await asRoot(
    stack,
    alias,
    'for id in $(ls /proc | grep "^[0-9]"); do grep -qs redis-cli /proc/$id/comm && kill $id; done; true',
  );
}
