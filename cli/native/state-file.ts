import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { partNames } from '../../stack/parts.ts';

const part = z.enum(partNames);

const schema = z.object({
  /** The process of `up`, and when the kernel says it started: a number alone may be another process by now. */
  pid: z.int().positive(),
  startTime: z.string(),
  /** Absolute. */
  config: z.string(),
  /** The parts that run. */
  present: z.array(part),
  ports: z.partialRecord(part, z.int()),
  /** The ports of the exporters that run, by name. */
  exporters: z.record(z.string(), z.int()).default({}),
  /** The child processes by part, each the leader of its group. */
  children: z.partialRecord(part, z.int().positive()),
});

/** How the native stack of a data folder runs: what `down` and `reload` must know. */
export type NativeState = z.output<typeof schema>;

/** The state of the stack that runs now; undefined when none does. */
export async function readState(file: string): Promise<NativeState | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = schema.parse(JSON.parse(text));
  return startTimeOf(state.pid) === state.startTime ? state : undefined;
}

export async function writeState(file: string, state: NativeState): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

export async function removeState(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Field 22 of proc_pid_stat(5); undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // Ended, or a system without /proc: nothing runs that we could name.
    return undefined;
  }
}
