import { z } from 'zod';
import { httpOptions, httpValue } from '../http/options.ts';
import { jsonPathSchema } from '../json-path.ts';
import { textPatternSchema } from '../text-pattern.ts';
import { fill, namesIn, savedName } from './placeholders.ts';

const groupSchema = textPatternSchema.refine(
  ({ written }) => /^\/.*\(.*\/i?$/s.test(written),
  'expected a regular expression with a group: /token=(\\w+)/',
);

const savedSchema = z
  .strictObject({
    json: jsonPathSchema
      .optional()
      .describe('Path of the value in the JSON of the answer: `data.token`, `items[0].id`.'),
    header: z.string().min(1).optional().describe('Name of the header whose value it is.'),
    body: groupSchema
      .optional()
      .describe('Regular expression (RE2) whose first group matches it in the body: `/token=(\\w+)/`.'),
  })
  .refine(
    (from) => Object.values(from).filter((value) => value !== undefined).length === 1,
    'expected one of json, header and body',
  );

/** Where a placeholder stands for what a step before has saved, a URL is right if some text makes it right. */
const urlSchema = z
  .string()
  .refine(
    (text) => httpValue.safeParse(fill(text, new Map(namesIn(text).map((name) => [name, 'x'])))).success,
    'expected a URL that begins with http:// or https://',
  );

const { all_addresses: _, ...ofHttp } = httpOptions.shape;
/** A step is one request: an answer to it may well be a redirect, with what is to be saved in it. */
const redirects = ofHttp.redirects
  .unwrap()
  .default(0)
  .describe('How many redirects to follow, with the cookies that are set on the way. 0: a redirect is the answer.');
const options = { ...ofHttp, redirects };

const stepSchema = z
  .strictObject({
    name: z
      .string('expected a name of 1 to 60 characters')
      .regex(/^[^\p{Cc}"\\]{1,60}$/u, 'expected a name of 1 to 60 characters, without quotes')
      .describe('What the step is for; a page says it: `log in`.'),
    http: urlSchema.describe('URL to request; `{{name}}` stands for what a step before has saved.'),
    ...options,
    save: z
      .record(z.string().regex(savedName, 'expected a name of lower-case letters, digits and _'), savedSchema)
      .default({})
      .describe('Name to the place in the answer: what later steps write as `{{name}}`. Shown nowhere.'),
  })
  .transform(({ name, http, save, ...rest }) => ({
    name,
    url: http,
    save,
    options: { ...rest, all_addresses: false },
  }));

export type Step = z.output<typeof stepSchema>;
export type Saved = z.output<typeof savedSchema>;

export const flowValue = z
  .array(stepSchema)
  .min(1)
  .max(10)
  .describe('Steps, one after the other, each with a `name`, its `http` URL, what `http` takes, and what to `save`.');

export const flowOptions = z.strictObject({});
