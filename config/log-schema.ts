import { z } from 'zod';
import * as field from './fields.ts';

export const logOrigins = ['container', 'file', 'unit', 'syslog'] as const;

/** Where the lines of a service come from, and how they are read. */
export const serviceLogs = z
  .strictObject({
    container: field.containerName.optional().describe('Name of the Docker container whose output is collected.'),
    file: field.fileGlob.optional().describe('Files to read: /var/log/nginx/*.log.'),
    unit: field.unitName.optional().describe('Name of the systemd unit whose journal is read.'),
    syslog: field.syslogHost
      .optional()
      .describe('Host name that the sender of syslog messages gives itself: fw1. Where they are taken: `syslog`.'),
    first_line: field.linePattern
      .optional()
      .describe(
        'A regular expression (RE2) that the first line of an entry matches; lines that do not belong to the entry before. For logs whose entries have several lines: "^\\\\d{4}-".',
      )
      .meta({ shownDefault: 'stack traces are kept whole, every other line is an entry' }),
  })
  .meta({
    oneOf: logOrigins.map((key) => ({ properties: { [key]: { description: 'The one source.' } }, required: [key] })),
  });

/** Where the log store keeps what it has. */
export const logStore = z.strictObject({
  s3: z
    .strictObject({
      bucket: field.bucketName.describe('Name of the bucket.'),
      region: field.line('the name of a region', 63).describe('Its region: eu-central-1.'),
      endpoint: field.endpoint
        .optional()
        .describe('URL of the store, where it is not that of Amazon: https://s3.example.org.')
        .meta({ shownDefault: 'that of Amazon in the region' }),
      credentials_file: field.filePath
        .optional()
        .describe(
          'File with the key, as the tools of Amazon read it: a line `[default]`, then `aws_access_key_id = …` and `aws_secret_access_key = …`.',
        )
        .meta({ shownDefault: 'the role of the machine' }),
    })
    .optional()
    .describe('A bucket of S3 or of what speaks like it. Without it, everything is on the disk of this machine.'),
});

export const syslog = z.strictObject({
  listen: field.hostPort
    .prefault('127.0.0.1:1514')
    .describe('Address of this machine where messages are taken, by TCP and UDP: 0.0.0.0:1514.'),
  format: z
    .enum(['rfc5424', 'rfc3164'])
    .default('rfc5424')
    .describe('How they are written: `rfc3164` is the older form, of BSD.'),
});
