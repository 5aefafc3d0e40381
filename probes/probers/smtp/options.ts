import { z } from 'zod';
import { Secret } from '../../../stack/secret.ts';
import { certificateOptions } from '../certificate-options.ts';
import { durationSchema, hostPortSchema, ipSchema, validForSchema } from '../schemas.ts';
import { textPatternSchema } from '../text-pattern.ts';

export const smtpValue = hostPortSchema.describe('Host and port of a mail server: mail.example.org:25.');

/** What may stand in a command without ending it. */
const wordSchema = z.string().regex(/^[!-;=?-~]{1,255}$/, 'expected a word of ASCII without spaces, < and >');
const addressSchema = z
  .string()
  .regex(/^[!-;=?-~]{1,64}@[!-;=?-~]{1,255}$/, 'expected an address such as monitor@example.org');

export const smtpOptions = z.strictObject({
  ehlo: wordSchema.default('watchpost.invalid').describe('The name to greet with.'),
  starttls: z.boolean().default(false).describe('true: TLS after STARTTLS, which the server must offer.'),
  tls: z.boolean().default(false).describe('true: TLS from the first byte, as on port 465.'),
  username: z.string().min(1).optional().describe('User to log in as, by AUTH PLAIN or LOGIN.'),
  password: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional()
    .describe('Its password. Shown nowhere.'),
  mail_from: addressSchema.optional().describe('Sender that the server must take. Nothing is sent.'),
  rcpt_to: addressSchema
    .optional()
    .describe('Recipient that the server must take, from `mail_from` or from nobody. Nothing is sent.'),
  expect: z
    .strictObject({
      banner: textPatternSchema.optional().describe('Text that the greeting must hold, or `/regex/` (RE2).'),
      capabilities: z
        .array(wordSchema)
        .min(1)
        .optional()
        .describe('What the server must offer in its answer to EHLO, after TLS where there is any: [SIZE, 8BITMIME].'),
      within: durationSchema.optional().describe('How long all of it may take: 2s.'),
      valid_for: validForSchema,
    })
    .default({})
    .describe('What the answers must be like.'),
  ...certificateOptions,
  ip: ipSchema,
});
