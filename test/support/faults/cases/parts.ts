import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer } from 'testcontainers';
import { imageOf } from '../../found.ts';
import type { Stack } from '../../stack.ts';
import { asRoot, start, stop } from '../containers.ts';
import { atOnce, type FaultCase } from '../fault-case.ts';
import { reload, reloadInVain } from '../reload.ts';

/** Prometheus, Alertmanager and what they scrape. */
export const partCases: readonly FaultCase[] = [
  {
    alert: 'TargetDown',
    cause: 'an exporter is stopped',
    title: 'No metrics from exporter (exporter:9100)',
    says: ['has not been able to scrape exporter:9100'],
    subject: { service: 'exporter' },
    needs: ['node-exporter'],
    set: async () => ({
      services: '  exporter: { metrics: "http://exporter:9100/metrics" }\n',
      containers: ({ add }) => add('exporter', new GenericContainer(imageOf('node-exporter'))).then(() => {}),
      inject: (stack) => stop(stack, 'exporter'),
      mend: (stack) => start(stack, 'exporter'),
    }),
  },
  {
    alert: 'PrometheusConfigReloadFailed',
    cause: 'the configuration of Prometheus is damaged, and read again',
    title: 'Prometheus did not take its new configuration',
    says: ['It runs on with the one before'],
    subject: {},
    holds: 'the configuration of Prometheus',
    set: () => damaged('prometheus', 'prometheus/generated/prometheus.yaml'),
  },
  {
    alert: 'PrometheusRuleFailures',
    cause: 'a rule matches many to many',
    title: 'Prometheus cannot compute some of its rules',
    says: [/Evaluations of .*users-own/],
    subject: {},
    holds: 'the configuration of Prometheus',
    set: async () => {
      const fileOf = ({ folder }: Stack) => join(folder, 'alerts/generated/rules/users-own.yaml');
      const rule = '{ record: users:own, expr: up * on (stack) up }';
      return {
        inject: async (stack) => {
          await writeFile(fileOf(stack), `groups: [{ name: users-own, rules: [${rule}] }]\n`);
          await reload(stack, 'prometheus');
          return undefined;
        },
        mend: async (stack) => {
          await rm(fileOf(stack));
          await reload(stack, 'prometheus');
        },
      };
    },
  },
  {
    alert: 'PrometheusStorageFailing',
    cause: 'Prometheus may not write to its data folder any more, and compacts',
    title: 'Prometheus cannot keep its metrics',
    says: ['Compactions fail'],
    subject: {},
    set: async () => ({
      inject: async (stack) => {
        await asRoot(stack, 'prometheus', 'chmod a-w /prometheus');
        return await counted(`${stack.url('prometheus')}/metrics`, /^prometheus_tsdb_compactions_failed_total [1-9]/m);
      },
      mend: async (stack) => {
        await asRoot(stack, 'prometheus', 'chmod u+w /prometheus');
      },
    }),
  },
  {
    alert: 'AlertmanagerConfigReloadFailed',
    cause: 'the configuration of Alertmanager is damaged, and read again',
    title: 'Alertmanager did not take its new configuration',
    says: ['pages go where they went until then'],
    subject: {},
    // The configuration that is right again makes every group wait anew.
    isAlone: true,
    set: () => damaged('alertmanager', 'alerts/generated/alertmanager.yaml'),
  },
  {
    alert: 'EndToEndReceiptStale',
    cause: 'Alertmanager does not find the probe service any more',
    title: 'The path of alerts from prometheus is silent: its Watchdog alert does not come back',
    says: [/The one that prometheus fires came back last .* ago/],
    subject: {},
    isAge: true,
    set: async () => {
      let before = '';
      return {
        inject: async (stack) => {
          before = await asRoot(stack, 'alertmanager', 'cat /etc/hosts');
          await asRoot(stack, 'alertmanager', 'echo 127.0.0.9 watchpost >> /etc/hosts');
          return undefined;
        },
        mend: async (stack) => {
          await asRoot(stack, 'alertmanager', `cat > /etc/hosts <<'END'\n${before}\nEND`);
        },
      };
    },
  },
];

async function damaged(part: 'prometheus' | 'alertmanager', path: string) {
  let before = '';
  return {
    inject: atOnce(async (stack) => {
      before = await readFile(join(stack.folder, path), 'utf8');
      await writeFile(join(stack.folder, path), `${before}\nthis line: { is no configuration\n`);
      await reloadInVain(stack, part);
    }),
    mend: async (stack: Stack) => {
      await writeFile(join(stack.folder, path), before);
      await reload(stack, part);
    },
  };
}

/** When a counter at the source says so: until then the cause is not there, whatever has been broken. */
export async function counted(url: string, says: RegExp): Promise<number> {
  for (;;) {
    const text = await (await fetch(url)).text();
    if (says.test(text)) return Date.now();
    await sleep(500);
  }
}
