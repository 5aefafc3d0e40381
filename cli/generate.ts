import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { checkout, defaultDataFolder, isCheckout, sayPath, shippedConfig } from './checkout.ts';
import { compareFiles, type Difference, writeFiles } from './generated-files.ts';
import { checkoutFolders, componentFolders, generateAll, generateForCheckout } from './generators.ts';
import { nativeFolders } from './native/folders.ts';
import { readConfig } from './read-config.ts';
import { composeSurroundings, nativeSurroundings, wantedParts } from './surroundings.ts';
import { styled, type Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';

interface Options {
  readonly check?: boolean;
  readonly config: string;
  readonly out?: string;
  readonly target: 'compose' | 'native';
}

export function command(terminal: Terminal): Command {
  return new Command('generate')
    .option('--check', 'write nothing; say what differs, and fail if anything does')
    .option('--config <file>', 'the configuration', shippedConfig)
    .option('--out <dir>', 'where to write: the checkout, or natively the data folder')
    .addOption(
      new Option('--target <target>', 'for which way of running').choices(['compose', 'native']).default('compose'),
    )
    .action(async (options: Options) => {
      const { root, files, folders } = await generated(options);
      if (options.check) return sayDifferences(await compareFiles(root, files, folders), options, terminal);
      const changed = await writeFiles(root, files, folders);
      terminal.print(sayWritten(root, files.length, changed));
    });
}

/** Everything, in memory: a fault in the file ends here, before anything is written. */
async function generated(options: Options) {
  const config = await readConfig(options.config, 'generate');
  if (options.target === 'native') {
    const { out } = nativeFolders(defaultDataFolder);
    const root = resolve(options.out ?? out);
    const surroundings = nativeSurroundings({
      config,
      data: defaultDataFolder,
      out: root,
      present: wantedParts(config),
    });
    return { root, files: generateAll(config, surroundings), folders: componentFolders };
  }
  const root = resolve(options.out ?? checkout);
  const surroundings = composeSurroundings(config);
  const files = generateAll(config, surroundings);
  if (!isCheckout(root)) return { root, files, folders: componentFolders };
  return { root, files: [...files, ...generateForCheckout(config, surroundings)], folders: checkoutFolders };
}

function sayWritten(root: string, total: number, changed: readonly Difference[]): string {
  const counts = (['differs', 'missing', 'stale'] as const).map(
    (kind) => changed.filter((d) => d.kind === kind).length,
  );
  const [updated = 0, added = 0, removed = 0] = counts;
  const what = changed.length === 0 ? 'nothing changed' : `${updated} updated, ${added} added, ${removed} removed`;
  return `${total} generated files in ${sayPath(root)}: ${what}`;
}

function sayDifferences(differences: readonly Difference[], options: Options, terminal: Terminal): void {
  if (differences.length === 0) {
    terminal.print('generated files are current');
    return;
  }
  for (const { path, kind, lines } of differences) {
    terminal.print(`${styled(terminal, 'bold', path)}: ${says[kind]}`);
    for (const line of lines) {
      terminal.print(
        `  ${line.startsWith('  ') ? line : styled(terminal, line.startsWith('+') ? 'green' : 'red', line)}`,
      );
    }
  }
  const files = differences.length === 1 ? '1 generated file is' : `${differences.length} generated files are`;
  throw new UserError(`${files} not what ${sayPath(options.config)} makes; run \`./watchpost generate\``);
}

const says = {
  differs: 'differs (- on disk, + generated)',
  missing: 'is missing',
  stale: 'is left over: nothing generates it',
} as const satisfies Record<Difference['kind'], string>;
