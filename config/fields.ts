import { RE2JS } from 're2js';
import { z } from 'zod';
import { tcpValue } from '../probes/probers/tcp/options.ts';
import { parseDuration } from '../stack/duration.ts';
import { namePattern } from '../stack/labels.ts';

/**
 * The scalars of watchpost.yaml. A message says only what is expected (`expected a URL …`); what was found is put in
 * front of it where faults are told, because it may come from a variable and must not be shown then.
 */

interface Field {
  /** The kind of value in a word or two, for the reference. */
  readonly takes: string;
  /** What a message says, whole: `a percentage above 0% …`. */
  readonly expected: string;
  /** For editors too, which know no more than patterns. */
  readonly pattern?: RegExp;
}

/** A text that stays one. `accepts` sees only what the pattern matches. */
function text(field: Field & { readonly accepts?: (text: string) => boolean }) {
  const message = `expected ${field.expected}`;
  const { pattern, accepts } = field;
  return string(field).refine((input) => (pattern?.test(input) ?? true) && (accepts?.(input) ?? true), message);
}

/** A text that something is made of; `parse` gives undefined where it is wrong, and sees only what the pattern matches. */
function parsed<T>(field: Field & { readonly parse: (text: string) => T | undefined }) {
  return string(field).transform((input, context): T => {
    const made = (field.pattern?.test(input) ?? true) ? field.parse(input) : undefined;
    if (made !== undefined) return made;
    context.addIssue({ code: 'custom', message: `expected ${field.expected}` });
    return z.NEVER;
  });
}

function string({ takes, expected, pattern }: Field) {
  return z.string(`expected ${expected}`).meta({ takes, ...(pattern && { pattern: pattern.source }) });
}

/** Milliseconds, within bounds. */
export function duration(least: string, most: string) {
  return parsed({
    takes: 'duration',
    expected: `a duration from ${least} to ${most}, such as 10s or 1h30m`,
    pattern: /^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/,
    parse: (input) => {
      const ms = parseDuration(input);
      return ms !== undefined && ms >= bound(least) && ms <= bound(most) ? ms : undefined;
    },
  });
}

/** Milliseconds, whole days: what is kept by the day. */
export function days(least: string, most: string) {
  return parsed({
    takes: 'days',
    expected: `whole days from ${least} to ${most}, such as 14d`,
    pattern: /^(?=.)(\d+w)?(\d+d)?$/,
    parse: (input) => {
      const ms = parseDuration(input);
      return ms !== undefined && ms >= bound(least) && ms <= bound(most) ? ms : undefined;
    },
  });
}

function bound(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** Milliseconds since 1970. With its offset, so that it is the same moment wherever it is read. */
export const instant = parsed({
  takes: 'date and time',
  expected: 'a date and time with its offset, such as 2026-11-24T22:00+01:00',
  pattern: /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?([Zz]|[+-]\d\d:\d\d)$/,
  parse: (input) => {
    const text = input.toUpperCase().replace(' ', 'T');
    const ms = Date.parse(text);
    // What Date would take for the first of March.
    const isOfCalendar = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(text.slice(8, 10));
    return Number.isNaN(ms) || !isOfCalendar ? undefined : ms;
  },
});

/** As a clock on the wall shows it. */
export const timeOfDay = text({
  takes: 'time of day',
  expected: 'a time of day in quotes, such as "03:00"',
  pattern: /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/,
});

/** A name of the IANA database; an offset is none, for it knows no summer. */
export const timeZone = text({
  takes: 'time zone',
  expected: 'a time zone, such as Europe/Berlin or UTC',
  pattern: /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/,
  accepts: (input) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: input }));
    } catch {
      return false;
    }
  },
});

/** `99.9%` as a fraction, more than 0 and less than 1: at 100 % no failure at all would be allowed. */
export const percentage = parsed({
  takes: 'percentage',
  expected: 'a percentage above 0% and below 100%, such as 99.9%',
  pattern: /^\d{1,2}(\.\d{1,6})?%$/,
  parse: (input) => {
    // `99.9e-2` is exactly 0.999; 99.9 / 100 is not.
    const ratio = Number(`${input.slice(0, -1)}e-2`);
    return ratio > 0 ? ratio : undefined;
  },
});

/** A name that is safe in a label matcher, a URL and a file name. */
export const name = text({
  takes: 'name',
  expected: 'a name of lower-case letters, digits, - and _, at most 63 characters',
  pattern: namePattern,
});

/** Labels of the user's own: not one that Prometheus keeps for itself. */
export const labelName = text({
  takes: 'label name',
  expected: 'a label name: letters, digits and _, not beginning with a digit or __',
  pattern: /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
});

/** Some text on one line. */
export function line(expected: string, most: number) {
  return text({
    takes: 'text',
    expected,
    accepts: (input) => isLine(input) && input.length <= most,
  });
}

/** Base of links: no trailing slash, nothing that a path cannot be put behind. */
export const baseUrl = parsed({
  takes: 'URL',
  expected: 'a URL that begins with http:// or https://, without user, query and fragment',
  parse: (input) => {
    const url = webUrl(input);
    return url && !/[?#]/.test(input) ? input.replace(/\/+$/, '') : undefined;
  },
});

/** Written into a file that another component reads, so it can hold no password. */
export const scrapedUrl = text({
  takes: 'URL',
  expected: 'a URL that begins with http:// or https://, without user and password',
  accepts: (input) => webUrl(input) !== undefined && !input.includes('#'),
});

export const hostPort = parsed({
  takes: 'host:port',
  expected: 'host:port, such as smtp.example.org:587',
  // The same as a probe takes.
  parse: (input) => tcpValue.safeParse(input).data,
});

export const emailAddress = text({
  takes: 'e-mail address',
  expected: 'an e-mail address, such as oncall@example.org',
  pattern: /^[^\s@<>()[\],;:"\\]{1,64}@[^\s@<>()[\],;:"\\]{1,189}$/,
});

/** The file is read by components that run in other folders and containers, so a relative path would mean nothing. */
export const filePath = text({
  takes: 'file',
  expected: 'an absolute path, such as /run/secrets/smtp_password',
  accepts: (input) => input.startsWith('/') && isLine(input) && !input.endsWith('/'),
});

/** Read while files are generated, where this file is: a relative path is one beside it. */
export const folder = text({
  takes: 'folder',
  expected: 'the path of a folder, such as ./rules',
  accepts: (input) => isLine(input) && input.length <= 1_000,
});

export const fileGlob = text({
  takes: 'files',
  expected: 'an absolute path, with * where names vary, such as /var/log/nginx/*.log',
  accepts: (input) => input.startsWith('/') && isLine(input) && !input.endsWith('/'),
});

export const containerName = text({
  takes: 'name',
  expected: 'the name of a container',
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
});

export const unitName = text({
  takes: 'name',
  expected: 'the name of a systemd unit, such as nginx.service',
  pattern: /^[A-Za-z0-9:_.@\\-]{1,255}$/,
});

/** What a sender of syslog puts into its messages. */
export const syslogHost = text({
  takes: 'host name',
  expected: 'the host name that stands in the messages, such as fw1',
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_.:-]{0,253}[A-Za-z0-9])?$/,
});

/** Read by the log collector, whose expressions are those of RE2. */
export const linePattern = text({
  takes: 'regular expression',
  expected: 'a regular expression of RE2 that matches no empty line, such as "^\\d{4}-"',
  accepts: (input) => {
    try {
      return isLine(input) && input.length <= 1_000 && !RE2JS.compile(input).matcher('').find();
    } catch {
      return false;
    }
  },
});

export const bucketName = text({
  takes: 'bucket',
  expected: 'the name of a bucket: lower-case letters, digits, - and ., from 3 to 63 characters',
  pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
});

/** A server, without a path: `{ hostPort: 's3.example.org', isPlain: false }`. */
export const endpoint = parsed({
  takes: 'URL',
  expected: 'a URL of a server without user and path, such as https://s3.example.org',
  parse: (input) => {
    const url = webUrl(input);
    if (url?.pathname !== '/' || /[?#]/.test(input)) return undefined;
    return { hostPort: url.host, isPlain: url.protocol === 'http:' };
  },
});

export const slackChannel = text({
  takes: 'channel',
  expected: 'a channel, such as "#alerts"',
  pattern: /^[#@][^\s#@"',]{1,80}$|^[CGDU][A-Z0-9]{6,}$/,
});

function isLine(input: string): boolean {
  return /^[^\p{Cc}]+$/u.test(input);
}

function webUrl(input: string): URL | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(input) || !URL.canParse(input)) return undefined;
  const url = new URL(input);
  return url.hostname && !url.username && !url.password ? url : undefined;
}
