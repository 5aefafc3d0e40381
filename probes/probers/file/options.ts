import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { durationSchema } from '../schemas.ts';
import { parseBytes } from './bytes.ts';

const sizeSchema = z.string().transform((text, context) => {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'expected a size such as 500MB, 1.5GiB or 1B' });
  return z.NEVER;
});

export const fileValue = z
  .string()
  .refine((path) => isAbsolute(path) && !path.includes('\0'), 'expected an absolute path, such as /backup/*.dump')
  .describe(
    'Path of the file, or a pattern (`*`, `**`, `?`, `[a-z]`, `{a,b}`) of which the file written last is taken.',
  );

export const fileOptions = z.strictObject({
  max_age: durationSchema.optional().describe('How long ago it may have been written at most: 26h.'),
  min_size: sizeSchema.optional().describe('How large it must be at least: 1MB.'),
  max_size: sizeSchema.optional().describe('How large it may be at most: 20GB.'),
  size_change: z
    .string()
    .regex(/^\d{1,4}(\.\d+)?%$/, 'expected a percentage such as 50%')
    .transform((text) => Number(text.slice(0, -1)) / 100)
    .optional()
    .describe('How far its size may be from what is usual, the median of the files before it (the last 10): 50%.'),
  checksum: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Manifest of SHA-256 sums, as sha256sum writes it, in which the file must be: an absolute path, or one that begins in the folder of the file. A `*` in it stands for the name of the file: `*.sha256`.',
    ),
  settled_for: durationSchema
    .default(0)
    .describe('Leaves out files that were written to more recently, for they may still be written: 1m.'),
});
