import { z } from 'zod';
import { formatDuration, parseDuration } from '../stack/duration.ts';
import { namePattern } from '../stack/labels.ts';

/**
 * The scalars of watchpost.yaml. A message says only what is expected (`expected a URL …`); what was found is put in
 * front of it where faults are told, because it may come from a variable and must not be shown then.
 */

/** `parse` gives undefined for what is wrong. `pattern` is for editors, which know no more than patterns. */
function text<T>(expected: string, parse: (text: string) => T | undefined, meta: { pattern?: string } = {}) {
  const message = `expected ${expected}`;
  return z
    .string(message)
    .meta(meta)
    .transform((input, context): T => {
      const parsed = parse(input);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

const durationText = '^(?=.)(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$';

/** Milliseconds, within bounds. */
export function duration(least: number, most: number) {
  const range = `a duration from ${formatDuration(least)} to ${formatDuration(most)}, such as 10s or 1h30m`;
  const within = (ms: number | undefined) => (ms !== undefined && ms >= least && ms <= most ? ms : undefined);
  return text(range, (input) => within(parseDuration(input)), { pattern: durationText });
}

/** `99.9%` as a fraction, more than 0 and less than 1: at 100 % no failure at all would be allowed. */
export const percentage = text(
  'a percentage above 0% and below 100%, such as 99.9%',
  (input) => {
    const match = /^(\d{1,2}(?:\.\d{1,6})?)%$/.exec(input);
    const ratio = match ? Number(`${match[1]}e-2`) : 0;
    return ratio > 0 && ratio < 1 ? ratio : undefined;
  },
  { pattern: '^\\d{1,2}(\\.\\d{1,6})?%$' },
);

/** A name that is safe in a label matcher, a URL and a file name. */
export const name = text(
  'a name of lower-case letters, digits, - and _, at most 63 characters',
  (input) => (namePattern.test(input) ? input : undefined),
  { pattern: namePattern.source },
);

export const line = (expected: string, most = 200) =>
  text(expected, (input) => (/^[^\p{Cc}]+$/u.test(input) && input.length <= most ? input : undefined));

/** Base of links: no trailing slash, nothing that a path cannot be put behind. */
export const baseUrl = text('a URL that begins with http:// or https://, without user, query and fragment', (input) => {
  const url = webUrl(input);
  return url && !url.search && !url.hash ? input.replace(/\/+$/, '') : undefined;
});

/** Written into a file that another component reads, so it can hold no password. */
export const scrapedUrl = text('a URL that begins with http:// or https://, without user and password', (input) => {
  return webUrl(input) && !input.includes('#') ? input : undefined;
});

export const hostPort = text('host:port, such as smtp.example.org:587', (input) => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)):([0-9]{1,5})$/i.exec(input);
  const port = Number(match?.[3]);
  return match && port >= 1 && port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : undefined;
});

export const emailAddress = text('an e-mail address, such as oncall@example.org', (input) =>
  /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/.test(input) && input.length <= 254 ? input : undefined,
);

/** The file is read by components that run in other folders and containers, so a relative path would mean nothing. */
export const filePath = text('an absolute path, such as /run/secrets/smtp_password', (input) =>
  /^\/[^\p{Cc}]+$/u.test(input) && !input.endsWith('/') ? input : undefined,
);

export const containerName = text('the name of a container', (input) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(input) ? input : undefined,
);

export const fileGlob = text('an absolute path, with * where names vary, such as /var/log/nginx/*.log', (input) =>
  /^\/[^\p{Cc}]+$/u.test(input) ? input : undefined,
);

export const unitName = text('the name of a systemd unit, such as nginx.service', (input) =>
  /^[A-Za-z0-9:_.@\\-]{1,255}$/.test(input) ? input : undefined,
);

export const slackChannel = text('a channel, such as "#alerts"', (input) =>
  /^[#@][^\s#@"',]{1,80}$|^[CGDU][A-Z0-9]{6,}$/.test(input) ? input : undefined,
);

/** Labels of the user's own: a Prometheus label name that none of ours has and none of Prometheus's own uses. */
export const labelName = text(
  'a label name: letters, digits and _, not beginning with a digit or __',
  (input) => (/^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(input) ? input : undefined),
  { pattern: '^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,63}$' },
);

function webUrl(input: string): URL | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(input) || !URL.canParse(input)) return undefined;
  const url = new URL(input);
  return url.hostname && !url.username && !url.password ? url : undefined;
}
