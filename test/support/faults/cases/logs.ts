import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../../stack.ts';
import type { FaultCase } from '../fault-case.ts';
import { counted } from './parts.ts';

/** Loki takes nothing that is older than a week. */
const tooOldMs = 8 * 86_400_000;

/** The log store and its ruler. */
export const logCases: readonly FaultCase[] = [
  {
    alert: 'LokiDiscarding',
    cause: 'lines of eight days ago are sent',
    title: 'Loki throws log lines away',
    says: ['were refused (greater_than_max_sample_age) and are lost'],
    subject: {},
    needs: ['loki'],
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
    cause: 'a rule file of Loki is damaged',
    title: 'Alerts about logs are not sent',
    says: ["Loki's ruler refuses its rules"],
    subject: {},
    needs: ['loki'],
    set: async () => {
      const fileOf = ({ folder }: Stack) => join(folder, 'loki/generated/rules/fake/users-own.yaml');
      return {
        inject: async (stack) => {
          await writeFile(fileOf(stack), 'groups: [{ name: own, rules: [{ alert: Own, expr: "{app=" }] }]\n');
          return await counted(`${stack.url('loki')}/metrics`, /^loki_ruler_config_last_reload_successful\{.*\} 0/m);
        },
        mend: async (stack) => await rm(fileOf(stack)),
      };
    },
  },
];

async function pushTooOld(stack: Stack): Promise<void> {
  const at = String(BigInt(Date.now() - tooOldMs) * 1_000_000n);
  const response = await fetch(`${stack.url('loki')}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service_name: 'late' }, values: [[at, 'a line of last week']] }] }),
  });
  if (response.status !== 400) throw new Error(`Loki took a line of eight days ago: ${response.status}`);
}
