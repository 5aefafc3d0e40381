import { z } from 'zod';
import { durationSchema } from '../schemas.ts';

const tokenFileSchema = z
  .string()
  .regex(/^\/[^\p{Cc}]*[^/\p{Cc}]$/u, 'expected an absolute path, such as /run/secrets/backup_token')
  .optional()
  .describe(
    'File that holds the last part of the URL that the job reports to: 16 to 128 letters, digits, - and _. Without it one is made at random and kept.',
  );

export const heartbeatValue = z
  .strictObject({
    every: durationSchema.describe('How often the job reports: 24h.'),
    grace: durationSchema.default(0).describe('How much later than that it may be, and how long a run may take: 2h.'),
    token_file: tokenFileSchema,
  })
  .describe(
    'How often a job must report. It reports by a request to a URL of its own, which `/debug` of the probe shows.',
  );

export const heartbeatOptions = z.strictObject({
  expect: z
    .strictObject({ within: durationSchema.optional().describe('How long the job may take, as it says itself: 1h.') })
    .default({})
    .describe('What the report must be like.'),
});
