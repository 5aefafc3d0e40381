import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Part, partNames, parts } from '../../stack/parts.ts';
import { checkout, defaultDataFolder } from '../checkout.ts';
import { writeFiles } from '../generated-files.ts';
import { checkoutFolders, componentFolders, generateAll, generateForCheckout } from '../generators.ts';
import { type ComponentPart, componentParts, components } from '../native/components.ts';
import { findProgram } from '../native/programs.ts';
import { runProgram } from '../run-program.ts';
import type { RunningStack } from '../running-stack.ts';
import { composeFolder, composeSurroundings } from '../surroundings.ts';
import { UserError } from '../user-error.ts';
import { compose } from './engine.ts';
import { publishedParts } from './published.ts';

const askMs = 30_000;
const changeMs = 300_000;

/** The containers of this checkout; undefined when none runs. */
export async function runningByCompose(): Promise<RunningStack | undefined> {
  if (!findProgram(['docker'])) return undefined;
  const listed = await compose(['ps', '--services', '--status', 'running'], askMs);
  if (listed.code !== 0) return undefined;
  const services = new Set(listed.output.split('\n'));
  const present = new Set<Part>(partNames.filter((part) => services.has(part)));
  if (present.size === 0) return undefined;
  const published = await publishedParts();
  return {
    way: 'by Docker Compose',
    variables: 'ours',
    present,
    root: checkout,
    folders: checkoutFolders,
    url(part) {
      const at = published.find((one) => one.part === part);
      if (!at) throw new UserError(`${parts[part].title} publishes no port, so it cannot be told from here`);
      return `http://${at.host}:${at.port}`;
    },
    generate(config) {
      const surroundings = composeSurroundings(config);
      return [...generateAll(config, surroundings), ...generateForCheckout(config, surroundings)];
    },
    async refusals(config) {
      await mkdir(defaultDataFolder, { recursive: true });
      const staged = await mkdtemp(join(defaultDataFolder, 'next-'));
      try {
        await writeFiles(staged, generateAll(config, composeSurroundings(config)), componentFolders);
        const judged = componentParts.filter((part) => present.has(part));
        const words = await Promise.all(judged.map((part) => refusalInContainer(part, staged)));
        return judged.flatMap((part, i) => (words[i] === undefined ? [] : [{ part, words: words[i] }]));
      } finally {
        await rm(staged, { recursive: true });
      }
    },
    async adopt(changed) {
      // What the containers themselves get (variables, secrets, mounts) changes only by making them anew.
      if (!changed.includes('compose.yaml')) return;
      await mustCompose(['up', '-d', '--wait', '--wait-timeout', '180']);
    },
    restart: async (part) => mustCompose(['restart', part]),
    grafanaPassword: async () => undefined,
  };
}

async function mustCompose(args: readonly string[]): Promise<void> {
  const { code, output } = await compose(args, changeMs);
  if (code !== 0) throw new UserError(`docker compose ${args[0]} failed:\n${output}`);
}

/**
 * The tool of the very image that runs, in a container of its own without a network, which sees the staged files where
 * the running one sees the live ones.
 */
async function refusalInContainer(part: ComponentPart, staged: string): Promise<string | undefined> {
  const check = components[part].check?.({ folder: composeFolder });
  const docker = findProgram(['docker']);
  if (!check || !docker) return undefined;
  const container = (await compose(['ps', '--quiet', part], askMs)).output;
  const image = await runProgram(docker, ['inspect', '--format', '{{.Image}}', container], { timeoutMs: askMs });
  if (image.code !== 0) return undefined;
  const mounts = (['alerts', 'prometheus', 'loki'] as const).flatMap((folder) => [
    '--volume',
    `${staged}/${folder}/generated:${composeFolder(folder)}:ro`,
  ]);
  const [program = ''] = check.programs;
  const args = ['run', '--rm', '--network', 'none', '--read-only', ...mounts, '--entrypoint', program, image.output];
  const { code, output } = await runProgram(docker, [...args, ...check.args], { timeoutMs: 60_000 });
  return code === 0 ? undefined : output;
}
