import { z } from 'zod';
import { redactUrl } from '../../stack/secret.ts';

/** What was deployed, as it was reported. */
export interface Deploy {
  readonly service: string;
  readonly version: string;
  /** Empty where there is none: a service that is not deployed blue-green. */
  readonly colour: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Without what may be secret in it. */
  readonly url?: string;
  readonly by?: string;
}

const dayMs = 86_400_000;
/** Clocks of other hosts differ. */
const aheadMs = 300_000;
const longest = { version: 100, by: 100, url: 500 } as const;

const line = (most: number) =>
  z
    .string(`expected a text on one line, at most ${most} characters`)
    .regex(new RegExp(`^[^\\p{Cc}]{1,${most}}$`, 'u'), {
      error: `expected a text on one line of 1 to ${most} characters`,
    });
const instant = 'expected a date and time with its offset, such as 2026-11-24T22:00:00+01:00';

const report = z.strictObject({
  service: line(63),
  version: line(longest.version),
  colour: z
    .string('expected a name such as blue')
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'expected a name such as blue: lower-case letters, digits, - and _')
    .optional(),
  at: z
    .string(instant)
    .pipe(z.iso.datetime({ offset: true, error: instant }))
    .optional(),
  url: z
    .string('expected a URL')
    .max(longest.url, `expected a URL of at most ${longest.url} characters`)
    .refine(
      (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
      'expected a URL that begins with http:// or https://',
    )
    .optional(),
  by: line(longest.by).optional(),
});

const example = '{"service": "panel", "version": "1.4.2"}';

/** The deploy that a request reports, or what is wrong with it, for whoever sent it. What was sent is not repeated: it may be secret. */
export function readReport(body: string, nowMs: number): Deploy | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { problem: `the body is no JSON; expected such as ${example}` };
  }
  const parsed = report.safeParse(value);
  if (!parsed.success) return { problem: parsed.error.issues.map(sayIssue).join('\n') };
  const { service, version, colour = '', at, url, by } = parsed.data;
  const atMs = at === undefined ? nowMs : Date.parse(at);
  if (atMs > nowMs + aheadMs || atMs < nowMs - 7 * dayMs) {
    const now = new Date(nowMs).toISOString();
    return { problem: `at: found ${at}, expected a time of the last seven days; it is ${now} here` };
  }
  return {
    ...{ service, version, colour, at: Math.min(atMs, nowMs) },
    ...(url !== undefined && { url: redactUrl(url) }),
    ...(by !== undefined && { by }),
  };
}

function sayIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown: ${issue.keys.map((key) => JSON.stringify(key.slice(0, 40))).join(', ')}; known: ${Object.keys(report.shape).join(', ')}`;
  }
  if (issue.path.length === 0) return `the body is no JSON object; expected such as ${example}`;
  return `${issue.path.join('.')}: ${issue.message}`;
}
