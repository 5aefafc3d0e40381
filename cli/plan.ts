import { Command } from 'commander';
import { planPages } from '../alerts/index.ts';
import { logSightings } from '../loki/index.ts';
import { shippedConfig } from './checkout.ts';
import { readConfig } from './read-config.ts';
import { sayPlan } from './say-plan.ts';
import type { Terminal } from './terminal.ts';

export function command(terminal: Terminal): Command {
  return new Command('plan')
    .option('--config <file>', 'the configuration', shippedConfig)
    .option('--json', 'print it for a program, times in milliseconds')
    .action(async ({ config: file, json }: { config: string; json?: boolean }) => {
      const config = await readConfig(file, 'generate');
      const plan = planPages(config, logSightings(config));
      terminal.print(json ? JSON.stringify(plan, undefined, 2) : sayPlan(plan, config, terminal));
    });
}
