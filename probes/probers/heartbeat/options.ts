import { z } from 'zod';
import { durationSchema } from '../schemas.ts';
import { cronFault } from './timetable.ts';

const tokenFileSchema = z
  .string()
  .regex(/^\/[^\p{Cc}]*[^/\p{Cc}]$/u, 'expected an absolute path, such as /run/secrets/backup_token')
  .optional()
  .describe(
    'File that holds the last part of the URL that the job reports to: 16 to 128 letters, digits, - and _. Without it one is made at random and kept.',
  );

const cronSchema = z.string().transform((text, context) => {
  const pattern = text.trim().replaceAll(/\s+/g, ' ');
  const fault = cronFault(pattern);
  if (fault === undefined) return pattern;
  context.addIssue({ code: 'custom', message: `expected ${fault}` });
  return z.NEVER;
});

/** A name of the IANA database; an offset is none, for it knows no summer. */
const timeZoneSchema = z
  .string()
  .refine(
    (text) => /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(text) && isKnown(text),
    'expected a time zone, such as Europe/Berlin or UTC',
  );

function isKnown(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}

export const heartbeatValue = z
  .strictObject({
    every: durationSchema.optional().describe('How often the job reports: 24h. Or `cron`.'),
    cron: cronSchema
      .optional()
      .describe('When the job runs, by the five fields of cron: "0 3 * * 1-5". Instead of `every`.'),
    timezone: timeZoneSchema
      .optional()
      .describe('Time zone in which `cron` is read: Europe/Berlin. UTC where it is left out.'),
    grace: durationSchema.default(0).describe('How much later than that it may be, and how long a run may take: 2h.'),
    post_only: z
      .boolean()
      .default(false)
      .describe('A report by GET does not count, where mail programs or chats may follow the link.'),
    token_file: tokenFileSchema,
  })
  .describe(
    'How often, or when, a job must report. It reports by a request to a URL of its own, which `/debug` of the probe shows.',
  );

export const heartbeatOptions = z.strictObject({
  expect: z
    .strictObject({ within: durationSchema.optional().describe('How long the job may take, as it says itself: 1h.') })
    .default({})
    .describe('What the report must be like.'),
});
