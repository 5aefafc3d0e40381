import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Part, partNames } from '../stack/parts.ts';
import { defaultDataFolder, shippedConfig } from './checkout.ts';
import { whyNotCompose } from './compose/engine.ts';
import { upByCompose } from './compose/up.ts';
import { upNatively } from './native/up.ts';
import { sayConfigFile } from './say-config.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly native?: boolean;
  readonly config: string;
  readonly data: string;
  readonly port: Readonly<Partial<Record<Part, number>>>;
}

export function command(terminal: Terminal): Command {
  return new Command('up')
    .option('--native', 'without Docker, whatever is installed')
    .option('--config <file>', 'the configuration', shippedConfig)
    .option('--data <dir>', 'natively: where data, logs and generated files go', defaultDataFolder)
    .option('--port <part=port>', 'natively: another port than the usual one; may be repeated', parsePort, {})
    .action(async ({ native, config, data, port }: Options) => {
      const configFile = resolve(config);
      const reason = native ? 'asked for by --native' : await whyNotCompose((line) => terminal.print(line));
      terminal.print(
        `${reason ? `starting natively (${reason})` : 'starting by Docker Compose'}, configuration ${sayConfigFile(configFile)}`,
      );
      if (reason) await upNatively({ configFile, data, ports: port, terminal });
      else await upByCompose({ configFile, terminal });
    });
}

function parsePort(text: string, before: Options['port']): Options['port'] {
  const [name, number] = text.split('=');
  const part = partNames.find((known) => known === name);
  const port = Number(number);
  if (!part) throw new InvalidArgumentError(`The part is one of ${partNames.join(', ')}.`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It is PART=PORT, such as prometheus=9091.');
  return { ...before, [part]: port };
}
