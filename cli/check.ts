import { Command } from 'commander';
import { sayPath, shippedConfig } from './checkout.ts';
import { findProber } from './plan-from-config.ts';
import { readConfig } from './read-config.ts';
import { count } from './say-config.ts';
import { styled, type Terminal } from './terminal.ts';

export function command(terminal: Terminal): Command {
  return new Command('check')
    .option('--config <file>', 'the file to check', shippedConfig)
    .action(async ({ config: file }: { config: string }) => {
      const config = await readConfig(file, 'run');
      // The rules of one's own are read where files are generated.
      const { ruleFiles = [] } = config.rules === undefined ? config : await readConfig(file, 'generate');
      const probes = config.services.reduce((sum, service) => sum + service.probes.length, 0);
      terminal.print(
        `${sayPath(file)}: ok: ${count(config.services.length, 'service')}, ${count(probes, 'probe')}${sayRules(ruleFiles)}`,
      );
      for (const { service, name, kind, options } of config.services.flatMap((one) => one.probes)) {
        for (const text of findProber(kind).warnings(options)) {
          terminal.print(styled(terminal, 'yellow', `warning: probe "${service}/${name}": ${text}`));
        }
      }
    });
}

function sayRules(files: readonly { readonly name: string }[]): string {
  const own = files.filter(({ name }) => !name.endsWith('.test.yaml')).length;
  return own === 0 ? '' : `, ${count(own, 'rule file')} of your own`;
}
