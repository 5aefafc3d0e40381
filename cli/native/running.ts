import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/model.ts';
import type { Part } from '../../stack/parts.ts';
import { writeFiles } from '../generated-files.ts';
import { componentFolders, generateAll } from '../generators.ts';
import type { RunningStack } from '../running-stack.ts';
import { nativeSurroundings } from '../surroundings.ts';
import { refusal } from './check-component.ts';
import { componentParts } from './components.ts';
import type { NativeFolders } from './prepare.ts';
import { reachable } from './prepare.ts';
import { type NativeState, readState } from './state-file.ts';

/** The native stack that runs with this data folder. */
export function runningNatively(state: NativeState, folders: NativeFolders): RunningStack {
  const present: ReadonlySet<Part> = new Set(state.present);
  const exporters = new Map(Object.entries(state.exporters));
  const at = (config: Config, out: string) =>
    nativeSurroundings({ config, data: folders.data, out, present, exporters, ports: state.ports });
  const generate = (config: Config, out: string) => generateAll(reachable(config, present), at(config, out));
  return {
    way: `natively (process ${state.pid})`,
    variables: 'its own',
    present,
    root: folders.out,
    folders: componentFolders,
    url: (part) => `http://${nativeAddress(state, folders, part)}`,
    generate: (config) => generate(config, folders.out),
    async refusals(config) {
      const staged = await mkdtemp(join(folders.data, 'next-'));
      try {
        await writeFiles(staged, generate(config, staged), componentFolders);
        const judged = componentParts.filter((part) => present.has(part));
        const words = await Promise.all(judged.map((part) => refusal(part, at(config, staged))));
        return judged.flatMap((part, i) => (words[i] === undefined ? [] : [{ part, words: words[i] }]));
      } finally {
        await rm(staged, { recursive: true });
      }
    },
    adopt: async () => {},
    async restart(part) {
      // `up` sees it end and starts it anew.
      const pid = (await readState(folders.state))?.children[part];
      if (pid !== undefined) process.kill(-pid, 'SIGTERM');
    },
    grafanaPassword: async () => (await readFile(folders.grafanaPassword, 'utf8')).trim(),
  };
}

function nativeAddress(state: NativeState, folders: NativeFolders, part: Part): string {
  const config = { file: state.config };
  const { data, out } = folders;
  return nativeSurroundings({ config, data, out, present: new Set(), ports: state.ports }).address(part);
}
