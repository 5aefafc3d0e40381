import { z } from 'zod';
import { durationSchema } from '../schemas.ts';

export const heartbeatValue = z
  .strictObject({
    every: durationSchema.describe('How often the job reports: 24h.'),
    grace: durationSchema.default(0).describe('How much later than that it may be, and how long a run may take: 2h.'),
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
