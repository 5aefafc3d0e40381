import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostName, type Stack } from '../../stack.ts';
import { startTarget } from '../../target.ts';
import { pause, unpause } from '../containers.ts';
import type { Channel, FaultCase, Site } from '../fault-case.ts';
import { counted } from './parts.ts';

/** Prometheus sends a lasting alert again after a minute, at the next evaluation. */
const resendMs = 65_000;
const awayMs = 25_000;
const thereMs = 10_000;

/** The way of a page itself. */
export const channelCases: readonly FaultCase[] = [
  {
    alert: 'AlertmanagerDeliveryFailing',
    cause: 'the Slack webhook is revoked, and something breaks',
    title: 'Pages do not arrive on a channel',
    says: ['gave up on messages by slack in the last ten minutes'],
    subject: {},
    channels: ['mail'],
    isAlone: true,
    set: async (site) => {
      const revoked = createServer((_, response) => response.writeHead(404).end('no_service'));
      await new Promise<void>((resolve) => revoked.listen(0, '0.0.0.0', resolve));
      site.cleanup.defer(async () => {
        revoked.close();
      });
      const { port } = revoked.address() as AddressInfo;
      return broken(site, 'slack', 'slack_webhook_url', `http://${hostName}:${port}/services/T0/B0/x`);
    },
  },
  {
    alert: 'AlertmanagerDeliveryFailing',
    cause: 'the SMTP password is changed, and something breaks',
    title: 'Pages do not arrive on a channel',
    says: ['gave up on messages by email in the last ten minutes'],
    subject: {},
    channels: ['slack'],
    isAlone: true,
    set: (site) => broken(site, 'mail', 'smtp_password', 'not the password any more'),
  },
  {
    alert: 'PrometheusAlertsNotSent',
    cause: 'Alertmanager is away most of the time',
    title: 'Prometheus cannot hand its alerts to Alertmanager',
    says: ['Alerts are dropped, or no Alertmanager is known'],
    subject: {},
    // The first is dropped a minute after the last one got through, and ours may be dropped as well: then it is sent again.
    lateMs: 3 * resendMs + awayMs,
    isAlone: true,
    set: async ({ cleanup }) => {
      const ended = new AbortController();
      cleanup.defer(async () => ended.abort());
      let swinging = Promise.resolve();
      return {
        inject: async (stack) => {
          const broken = await pause(stack, 'alertmanager');
          swinging = swing(stack, ended.signal);
          return broken;
        },
        mend: async () => {
          ended.abort();
          await swinging;
        },
      };
    },
  },
];

/** A secret that is not right any more is found out by the next message. */
async function broken({ cleanup }: Site, channel: Channel, secret: string, wrong: string) {
  const target = cleanup.use(await startTarget());
  const service = `told-by-${channel === 'slack' ? 'mail' : 'slack'}`;
  const integration = channel === 'slack' ? 'slack' : 'email';
  let right = '';
  return {
    services: `  ${service}: { probes: { ready: { http: "http://${hostName}:${target.port}/" } } }\n`,
    inject: async (stack: Stack) => {
      const file = join(stack.folder, 'secrets', secret);
      right = await readFile(file, 'utf8');
      await writeFile(file, wrong);
      target.answer(503);
      // It is tried again until the group's next turn: until then nobody knows that it is in vain.
      const failed = `^alertmanager_notifications_failed_total\\{.*integration="${integration}".*\\} [1-9]`;
      return await counted(`${stack.url('alertmanager')}/metrics`, new RegExp(failed, 'm'));
    },
    mend: async (stack: Stack) => {
      await writeFile(join(stack.folder, 'secrets', secret), right);
      target.answer(200);
    },
  };
}

/** Away, there for a moment, away again, until it is ended; then it is there. */
async function swing(stack: Stack, ended: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(awayMs, undefined, { signal: ended }).catch(() => {});
    await unpause(stack, 'alertmanager');
    if (ended.aborted) return;
    await sleep(thereMs, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return;
    await pause(stack, 'alertmanager');
  }
}
