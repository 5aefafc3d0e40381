import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { flush } from '../../log-lines.ts';
import type { Stack } from '../../stack.ts';
import { asRoot } from '../containers.ts';
import { atOnce, type FaultCase } from '../fault-case.ts';
import { counted } from './parts.ts';

/** Loki takes nothing that is older than a week. */
const tooOldMs = 8 * 86_400_000;
/** What it refuses, the collector counts as well, and the other way round. */
export const logsHold = 'what Loki refuses, and the log collector';

/** The log store and its ruler. */
export const lokiCases: readonly FaultCase[] = [
  // The first, since Loki begins to count anew.
  {
    alert: 'LokiRetentionStalled',
    cause: 'Loki may not write where it notes what is to be deleted',
    title: 'Loki deletes nothing any more',
    says: ['Its retention has not run through for more than six hours'],
    subject: {},
    isAge: true,
    needs: ['loki'],
    set: async () => ({
      // Where there is no table of an index, there is nothing to do, and that is done well. Loki writes one when it stops.
      ready: async (stack) => {
        await push(stack, 'kept', 0, 'a line');
        await flush(stack.url('loki'));
        await stack.part('loki').restart({ timeout: 30_000 });
        await counted(
          `${stack.url('loki')}/metrics`,
          /^loki_compactor_apply_retention_last_successful_run_timestamp_seconds [1-9]/m,
        );
      },
      inject: atOnce((stack) => asRoot(stack, 'loki', 'chmod a-w /loki/compactor')),
      mend: (stack) => asRoot(stack, 'loki', 'chmod u+w /loki/compactor'),
    }),
  },
  {
    alert: 'LokiDiscarding',
    cause: 'lines of eight days ago are sent',
    title: 'Loki throws log lines away',
    says: ['were refused (greater_than_max_sample_age) and are lost'],
    subject: {},
    needs: ['loki'],
    holds: logsHold,
    set: async () => ({
      // A counter that appears as 1 has not increased yet for Prometheus.
      ready: async (stack) => {
        await pushTooOld(stack);
        await pause(10_000);
      },
      inject: async (stack) => {
        await pushTooOld(stack);
        return undefined;
      },
      mend: async () => {},
    }),
  },
  {
    alert: 'LokiRulerFailing',
    // A rule file that does not parse shows in no metric of Loki 3.7: the rules from before go on.
    cause: 'a rule of Loki adds up what is no number',
    title: 'Alerts about logs are not sent',
    says: ["Loki's ruler cannot evaluate its rules"],
    subject: {},
    needs: ['loki'],
    set: async () => {
      const fileOf = ({ folder }: Stack) => join(folder, 'loki/generated/rules/fake/users-own.yaml');
      const rule = { alert: 'Own', expr: 'sum(sum_over_time({service_name="odd"} | logfmt | unwrap amount [1h])) > 0' };
      return {
        ready: async (stack) => void (await push(stack, 'odd', 0, 'amount=none')),
        inject: async (stack) => {
          await writeFile(fileOf(stack), stringify({ groups: [{ name: 'own', rules: [rule] }] }));
          const says = /^loki_prometheus_rule_evaluation_failures_total\{.*own.*\} [2-9]/m;
          return await counted(`${stack.url('loki')}/metrics`, says);
        },
        mend: async (stack) => await rm(fileOf(stack)),
      };
    },
  },
];

async function pushTooOld(stack: Stack): Promise<void> {
  const status = await push(stack, 'late', tooOldMs, 'a line of last week');
  if (status !== 400) throw new Error(`Loki took a line of eight days ago: ${status}`);
}

/** @returns the status of the answer */
async function push(stack: Stack, service: string, agoMs: number, line: string): Promise<number> {
  const at = String(BigInt(Date.now() - agoMs) * 1_000_000n);
  const response = await fetch(`${stack.url('loki')}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service_name: service }, values: [[at, line]] }] }),
  });
  return response.status;
}
