import { type Part, parts } from '../../stack/parts.ts';
import { checkout } from '../checkout.ts';
import { writeFiles } from '../generated-files.ts';
import { checkoutFolders, generateAll, generateForCheckout } from '../generators.ts';
import { portOwners, sayPortOwners } from '../native/port-owner.ts';
import { readConfig } from '../read-config.ts';
import { count, sayWherePagesGo } from '../say-config.ts';
import { composeSurroundings, wantedParts } from '../surroundings.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UserError } from '../user-error.ts';
import { compose } from './engine.ts';

/** Brings the checkout's generated files up to date with the configuration, and starts the stack in the background. */
export async function upByCompose({ configFile, terminal }: { configFile: string; terminal: Terminal }): Promise<void> {
  await readConfig(configFile, 'run');
  const config = await readConfig(configFile, 'generate');
  const surroundings = composeSurroundings(config);
  const files = [...generateAll(config, surroundings), ...generateForCheckout(config, surroundings)];
  const changed = await writeFiles(checkout, files, checkoutFolders);
  if (changed.length > 0) terminal.print(`generated anew: ${count(changed.length, 'file')} changed`);
  const wanted = [...wantedParts(config)];
  await mustBeFree(wanted);
  const { code, output } = await compose(['up', '-d', '--wait', '--wait-timeout', '180'], 600_000);
  if (code !== 0) throw new UserError(`docker compose could not start the stack:\n${output}`);
  terminal.print('');
  terminal.print(
    table(
      terminal,
      ['PART', 'STATE', 'WHERE'],
      wanted.map((part) => [parts[part].title, 'running', where(part)]),
    ),
  );
  terminal.print(`\n  Pages go to  ${sayWherePagesGo(config)}\n  Stop         ./watchpost down`);
}

function where(part: Part): string {
  return `http://127.0.0.1:${parts[part].port}`;
}

/** Only before the first start: later the ports are held by the stack itself. */
async function mustBeFree(wanted: readonly Part[]): Promise<void> {
  const running = await compose(['ps', '--quiet'], 20_000);
  if (running.code !== 0 || running.output !== '') return;
  const owners = portOwners(wanted.map((part) => parts[part].port));
  if (owners.length === 0) return;
  throw new UserError(
    sayPortOwners(
      owners,
      (port) => wanted.map((part) => parts[part]).find((part) => part.port === port)?.title ?? 'the stack',
    ),
  );
}
