import { parts } from '../../stack/parts.ts';
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
import { type Published, publishedParts } from './published.ts';

/** Brings the checkout's generated files up to date with the configuration, and starts the stack in the background. */
export async function upByCompose({ configFile, terminal }: { configFile: string; terminal: Terminal }): Promise<void> {
  await readConfig(configFile, 'run');
  const config = await readConfig(configFile, 'generate');
  const surroundings = composeSurroundings(config);
  const files = [...generateAll(config, surroundings), ...generateForCheckout(config, surroundings)];
  const changed = await writeFiles(checkout, files, checkoutFolders);
  if (changed.length > 0) terminal.print(`generated anew: ${count(changed.length, 'file')} changed`);
  const published = await publishedParts();
  await mustBeFree(published);
  terminal.print('waiting until every container is healthy (3 min at most)');
  const { code, output } = await compose(['up', '-d', '--wait', '--wait-timeout', '180'], 600_000);
  if (code !== 0) throw new UserError(await sayWhatFailed(output));
  const rows = [...wantedParts(config)].map((part) => {
    const at = published.find((one) => one.part === part);
    return [
      parts[part].title,
      { text: 'running', style: 'green' } as const,
      at ? `http://${at.host}:${at.port}` : 'inside only',
    ];
  });
  terminal.print(`\n${table(terminal, ['PART', 'STATE', 'WHERE'], rows)}`);
  terminal.print(`\n  Pages go to  ${sayWherePagesGo(config)}\n  Stop         ./watchpost down`);
}

/** Only before the first start: later the ports are held by the stack itself. */
async function mustBeFree(published: readonly Published[]): Promise<void> {
  const running = await compose(['ps', '--quiet'], 20_000);
  if (running.code !== 0 || running.output !== '') return;
  const owners = portOwners(published.map(({ port }) => port));
  if (owners.length === 0) return;
  const wantedBy = new Map(published.map(({ port, part }) => [port, parts[part].title]));
  throw new UserError(sayPortOwners(owners, (port) => wantedBy.get(port) ?? 'the stack'));
}

/** The last line says which container; what it wrote last says why. */
async function sayWhatFailed(output: string): Promise<string> {
  const last = output.split('\n').pop() ?? '';
  const listed = await compose(['ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}}'], 20_000);
  const bad = listed.output.split('\n').flatMap((line) => {
    const [service = '', state, health] = line.split(' ');
    return state === 'running' && health !== 'unhealthy' ? [] : [{ service, state }];
  });
  const words = bad.map(async ({ service, state }) => {
    const logs = await compose(['logs', '--no-log-prefix', '--tail', '3', service], 20_000);
    return `${service} is ${state}; it wrote last:\n${logs.output}`;
  });
  return [`docker compose could not start the stack: ${last}`, ...(await Promise.all(words))].join('\n');
}
