import { z } from 'zod';
import type { Memory } from '../../model.ts';
import type { Found } from './files.ts';

const foundSchema = z.object({ path: z.string(), size: z.number(), writtenAt: z.number(), inode: z.number() });
const rememberedSchema = z.object({
  /** Files that were seen, the newest last. */
  files: z.array(foundSchema),
  /** The last file whose sum was computed. */
  hashed: z.object({ file: foundSchema, sum: z.string() }).optional(),
});

/** What a probe of files keeps from run to run. */
export type Remembered = Readonly<z.output<typeof rememberedSchema>>;

export function recall(memory: Memory): Remembered {
  try {
    return rememberedSchema.parse(JSON.parse(memory.recall() ?? '{"files":[]}'));
  } catch {
    // Written by another version: it begins anew, which costs one comparison.
    return { files: [] };
  }
}

/** The same with the file as the newest of the last 10 that are different; a file that has grown since replaces itself. */
export function withFile(remembered: Remembered, file: Found): Remembered {
  return { ...remembered, files: [...others(remembered, file), file].slice(-11) };
}

/** The files before this one. */
export function others({ files }: Remembered, file: Found): readonly Found[] {
  const isThis = (other: Found) => other.path === file.path && other.writtenAt === file.writtenAt;
  return files.filter((other) => !isThis(other)).slice(-10);
}

/** Writes only what has changed: it goes to disk. */
export function remember(memory: Memory, remembered: Remembered): void {
  const text = JSON.stringify(remembered);
  if (text !== memory.recall()) memory.remember(text);
}
