import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer } from 'testcontainers';
import { imageOf } from '../../found.ts';
import { must } from '../../shell.ts';
import { hostName, type Stack } from '../../stack.ts';
import { startTarget } from '../../target.ts';
import { asRoot, kill, pause, start, unpause } from '../containers.ts';
import { atOnce, type FaultCase } from '../fault-case.ts';
import { reload } from '../reload.ts';

/** Who watches does not. */
export const probeServiceCases: readonly FaultCase[] = [
  {
    alert: 'ProbeStale',
    cause: 'a target hangs, and its re-checks outlast three intervals',
    title: 'stale/ready is not being checked',
    says: [/The last run ended .* ago, more than three intervals/],
    subject: { service: 'stale', probe: 'ready' },
    needs: ['nginx'],
    set: async () => ({
      services: '  stale: { probes: { ready: { http: "http://stale/", every: 10s, timeout: 10s, confirm: 10 } } }\n',
      containers: ({ add }) => add('stale', new GenericContainer(imageOf('nginx'))).then(() => {}),
      inject: (stack) => pause(stack, 'stale'),
      mend: (stack) => unpause(stack, 'stale'),
    }),
  },
  {
    alert: 'ProbeFlapping',
    cause: 'a target breaks and mends three times',
    title: 'flapping/ready is down again and again',
    says: [/went down or came back [67] times in the last hour/],
    subject: { service: 'flapping', probe: 'ready' },
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startTarget());
      const often = 'every: 1s, timeout: 900ms, confirm: 0, recover: 1';
      return {
        services: `  flapping: { probes: { ready: { http: "http://${hostName}:${target.port}/", ${often} } } }\n`,
        inject: async () => {
          for (let change = 1; ; change++) {
            target.answer(change % 2 === 1 ? 503 : 200);
            if (change === 6) return Date.now();
            // Each state is scraped at least once.
            await sleep(9_000);
          }
        },
        mend: async () => {},
      };
    },
  },
  {
    alert: 'ProbeMissing',
    cause: 'Prometheus has a newer configuration than the probe service',
    title: 'newer/ready is configured, but not running',
    says: ['it runs an older configuration'],
    subject: {},
    holds: 'the configuration of Prometheus',
    set: async () => {
      const fileOf = ({ folder }: Stack) => join(folder, 'alerts/generated/rules/expected-probes.yaml');
      let before = '';
      return {
        inject: async (stack) => {
          before = await readFile(fileOf(stack), 'utf8');
          const labels = '{ service: newer, probe: ready, team: default }';
          const record = `      - { record: watchpost_probe_expected, expr: vector(1), labels: ${labels} }\n`;
          await appendFile(fileOf(stack), record);
          await reload(stack, 'prometheus');
          return undefined;
        },
        mend: async (stack) => {
          await writeFile(fileOf(stack), before);
          await reload(stack, 'prometheus');
        },
      };
    },
  },
  {
    alert: 'ProberLies',
    cause: 'the loopback address of the probe service leads nowhere',
    title: 'The prober lies: no verdict can be trusted',
    says: ['must_pass was judged wrongly'],
    subject: {},
    // With it goes the way to Docker's name server, which listens on another loopback address.
    isAlone: true,
    needs: ['servers'],
    set: async () => ({
      inject: atOnce((stack) => routes(stack, 'ip route replace unreachable 127.0.0.1/32 table local')),
      mend: (stack) => routes(stack, 'ip route replace local 127.0.0.1/32 dev lo table local'),
    }),
  },
  {
    alert: 'ProbeServiceDown',
    cause: 'the probe service is killed',
    title: 'The probe service is down: nothing is being checked',
    says: ['Prometheus cannot scrape it'],
    subject: {},
    isAlone: true,
    set: async () => ({
      inject: (stack) => kill(stack, 'watchpost'),
      mend: (stack) => start(stack, 'watchpost'),
    }),
  },
  {
    alert: 'ProberInconclusive',
    cause: 'the name server of the probe service is gone',
    title: 'The prober cannot tell whether named/ready is up',
    says: [/\d+(?:\.\d+)?% of its runs are inconclusive/],
    subject: {},
    isAlone: true,
    needs: ['nginx'],
    set: async () => {
      let before = '';
      return {
        services: '  named: { probes: { ready: { http: "http://named/" } } }\n',
        containers: ({ add }) => add('named', new GenericContainer(imageOf('nginx'))).then(() => {}),
        inject: async (stack) => {
          before = await asRoot(stack, 'watchpost', 'cat /etc/resolv.conf');
          // An address that is reserved for examples: nobody answers there.
          await asRoot(stack, 'watchpost', 'echo nameserver 192.0.2.53 > /etc/resolv.conf');
          return undefined;
        },
        mend: async (stack) => {
          await asRoot(stack, 'watchpost', `cat > /etc/resolv.conf <<'END'\n${before}\nEND`);
        },
      };
    },
  },
];

/** Changes the routes of the probe service, which may not do so itself. */
async function routes(stack: Stack, command: string): Promise<void> {
  const network = `container:${stack.part('watchpost').getId()}`;
  const tools = [imageOf('servers'), ...command.split(' ')];
  await must('docker', ['run', '--rm', '--network', network, '--cap-add', 'NET_ADMIN', ...tools]);
}
