import { setTimeout as pause } from 'node:timers/promises';
import { GenericContainer } from 'testcontainers';
import { imageOf } from '../../found.ts';
import { hostName, type Stack } from '../../stack.ts';
import { startTarget } from '../../target.ts';
import { pause as freeze, start, stop, unpause } from '../containers.ts';
import { atOnce, type FaultCase } from '../fault-case.ts';
import { longLifeMs, startTlsTarget } from '../tls-target.ts';

const heartbeatToken = 'nightly-backup-of-the-suite';
const beatMs = 5_000;
/** Long enough for the probe to see the new certificate well, and to make it a fault that comes by itself. */
const lifeMs = 20_000;

/** What is watched breaks, in the ways in which things break. */
export const probeDownCases: readonly FaultCase[] = [
  {
    alert: 'ProbeDown',
    cause: 'the process does not listen any more',
    title: 'refused/ready is',
    says: ['refused/ready is down', 'connection refused', /the connection was refused|connect_refused/],
    subject: { service: 'refused', probe: 'ready' },
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startTarget());
      return {
        services: `  refused: { probes: { ready: { http: "http://${hostName}:${target.port}/" } } }\n`,
        inject: atOnce(() => target.refuse(true)),
        mend: () => target.refuse(false),
      };
    },
  },
  {
    alert: 'ProbeDown',
    cause: 'the application answers 500',
    title: 'status/ready is',
    says: ['status/ready is down', 'status 500'],
    subject: { service: 'status', probe: 'ready' },
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startTarget());
      return {
        services: `  status: { probes: { ready: { http: "http://${hostName}:${target.port}/" } } }\n`,
        inject: atOnce(async () => target.answer(500)),
        mend: async () => target.answer(200),
      };
    },
  },
  {
    alert: 'ProbeDown',
    cause: 'a container hangs (docker pause)',
    title: 'hanging/ready is',
    says: ['hanging/ready is down', /no answer|time/],
    subject: { service: 'hanging', probe: 'ready' },
    hangs: true,
    needs: ['nginx'],
    set: async () => ({
      services: '  hanging: { probes: { ready: { http: "http://hanging/" } } }\n',
      containers: ({ add }) => add('hanging', new GenericContainer(imageOf('nginx'))).then(() => {}),
      inject: (stack) => freeze(stack, 'hanging'),
      mend: (stack) => unpause(stack, 'hanging'),
    }),
  },
  {
    alert: 'ProbeDown',
    cause: 'a container is stopped (docker stop)',
    title: 'stopped/ready is',
    says: ['stopped/ready is down', 'stopped'],
    subject: { service: 'stopped', probe: 'ready' },
    needs: ['nginx'],
    set: async () => ({
      services: '  stopped: { probes: { ready: { http: "http://stopped/" } } }\n',
      containers: ({ add }) => add('stopped', new GenericContainer(imageOf('nginx'))).then(() => {}),
      inject: (stack) => stop(stack, 'stopped'),
      mend: (stack) => start(stack, 'stopped'),
    }),
  },
  {
    alert: 'ProbeDown',
    cause: 'a certificate expires',
    title: 'expired/certificate is',
    says: ['expired/certificate is down', 'expired'],
    subject: { service: 'expired', probe: 'certificate' },
    set: async ({ cleanup }) => {
      const target = cleanup.use(await startTlsTarget(hostName));
      return {
        services: `  expired: { probes: { certificate: { tls: "${hostName}:${target.port}", trust: any } } }\n`,
        inject: async () => {
          // The certificate says whole seconds.
          const ends = Math.floor((Date.now() + lifeMs) / 1_000) * 1_000;
          await target.show(ends - Date.now());
          await pause(ends - Date.now());
          return ends;
        },
        mend: () => target.show(longLifeMs),
      };
    },
  },
  {
    alert: 'ProbeDown',
    cause: 'a job does not report any more',
    title: 'backup/nightly is',
    says: ['backup/nightly is down', /report/],
    subject: { service: 'backup', probe: 'nightly' },
    set: async ({ cleanup }) => {
      const reporting = new Set<NodeJS.Timeout>();
      const end = () => {
        for (const timer of reporting) clearInterval(timer);
        reporting.clear();
      };
      cleanup.defer(async () => end());
      let last = 0;
      const report = async (stack: Stack) => {
        await fetch(`${stack.url('watchpost')}/heartbeat/${heartbeatToken}`, { method: 'POST' });
        last = Date.now();
      };
      const begin = async (stack: Stack) => {
        await report(stack);
        // A probe service that is away for a moment is another case's doing.
        reporting.add(setInterval(() => report(stack).catch(() => {}), beatMs));
      };
      return {
        services:
          '  backup: { probes: { nightly: { heartbeat: { every: 10s, grace: 5s, token_file: /run/secrets/nightly } } } }\n',
        secrets: { nightly: heartbeatToken },
        ready: begin,
        inject: async () => {
          end();
          return last;
        },
        mend: begin,
      };
    },
  },
];
