import { z } from 'zod';
import { hostPortSchema, ipSchema } from '../schemas.ts';

export const tcpValue = hostPortSchema.describe('Host and port to connect to: db.example.org:5432.');

export const tcpOptions = z.strictObject({
  expect: z
    .enum(['open', 'closed'])
    .default('open')
    .describe(
      'open: the port must accept. closed: it must not (refused, dropped or unreachable), as behind a firewall.',
    ),
  ip: ipSchema,
});
