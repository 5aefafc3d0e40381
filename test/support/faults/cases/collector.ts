import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerProxy, syslogPort } from '../../../../stack/parts.ts';
import type { Stack } from '../../stack.ts';
import { syslogMessage } from '../../syslog-message.ts';
import { start, stop } from '../containers.ts';
import { atOnce, type FaultCase } from '../fault-case.ts';
import { logsHold } from './logs.ts';
import { counted } from './parts.ts';

const sender = 'fw1';
const services = `  firewall: { logs: { syslog: ${sender} } }\n`;
const hourMs = 3_600_000;

/** What reads logs and sends them to the log store. */
export const collectorCases: readonly FaultCase[] = [
  {
    alert: 'AlloyDroppingLogs',
    cause: 'the clock of a sender is an hour fast',
    title: 'Log lines are lost on their way to Loki',
    says: ['Alloy gave up on lines of the last ten minutes (ingester_error)'],
    subject: {},
    needs: ['loki', 'alloy', 'nginx'],
    holds: logsHold,
    set: async () => ({
      services,
      // Nothing is counted, and so nothing increases, before the first lines are sent.
      ready: async (stack) => {
        await send(stack, 'all is well', new Date());
        await counted(`${stack.url('alloy')}/metrics`, /^loki_write_sent_entries_total\{.* [1-9]/m);
      },
      inject: atOnce((stack) => send(stack, 'a line of the hour to come', new Date(Date.now() + hourMs))),
      mend: async () => {},
    }),
  },
  {
    alert: 'AlloyUnhealthy',
    cause: 'a rule of its configuration is damaged, and read again',
    title: 'The log collector has components that do not work',
    says: ['A source of logs may not be read'],
    subject: {},
    needs: ['loki', 'alloy', 'nginx'],
    holds: logsHold,
    set: async () => {
      const [whole, damaged] = [`"(?i)${sender}"`, `"(?i)${sender}("`];
      return {
        services,
        inject: atOnce((stack) => rewritten(stack, whole, damaged, 400)),
        mend: (stack) => rewritten(stack, damaged, whole, 200),
      };
    },
  },
  {
    alert: 'AlloyUnhealthy',
    cause: 'the proxy of the Docker socket is stopped',
    title: 'The log collector cannot list the containers',
    says: ['docker-proxy'],
    subject: {},
    needs: ['loki', 'alloy', 'nginx'],
    holds: logsHold,
    set: async () => ({
      inject: (stack) => stop(stack, dockerProxy.name),
      mend: (stack) => start(stack, dockerProxy.name),
    }),
  },
];

async function send(stack: Stack, line: string, at: Date): Promise<void> {
  const message = JSON.stringify(syslogMessage(line, at));
  const script = `require('net').connect(${syslogPort}, 'alloy').end(${message})`;
  await stack.exec('watchpost', ['node', '-e', script]);
}

/** @param status of its answer: it refuses a configuration of which a component cannot be made, and runs on with the others */
async function rewritten(stack: Stack, from: string, to: string, status: number): Promise<void> {
  const file = join(stack.folder, 'loki/generated/config.alloy');
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${from} is not in the configuration of the log collector`);
  await writeFile(file, text.replace(from, to));
  const answer = await fetch(`${stack.url('alloy')}/-/reload`, { method: 'POST' });
  if (answer.status !== status) throw new Error(`Alloy answered with ${answer.status}: ${await answer.text()}`);
}
