import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { parseHostPort } from '../../net/host-port.ts';
import { durationSchema, ipSchema } from '../schemas.ts';

export const icmpValue = z
  .string()
  .transform((text, context) => {
    // A host is what can stand before a port.
    const host = isIPv6(text) ? text : parseHostPort(`${text}:1`)?.host;
    if (host !== undefined) return host;
    context.addIssue({ code: 'custom', message: 'expected a host: gateway.example.org, 192.0.2.1 or 2001:db8::1' });
    return z.NEVER;
  })
  .describe('Host to send echo requests to: a name or an address.');

export const icmpOptions = z.strictObject({
  count: z.int().min(1).max(10).default(1).describe('How many echo requests to send, 0.2 s apart.'),
  size: z.int().min(16).max(65_507).default(56).describe('Bytes of data in each request.'),
  ttl: z.int().min(1).max(255).optional().describe('Hop limit of the requests. Default: that of the system.'),
  expect: z
    .strictObject({
      replies: z.int().min(1).max(10).default(1).describe('How many requests must be answered at least.'),
      within: durationSchema.optional().describe('How long the slowest reply may take: 50ms.'),
    })
    .default({ replies: 1 })
    .describe('What the replies must be like.'),
  ip: ipSchema,
});
