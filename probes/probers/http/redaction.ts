import type { z } from 'zod';
import { authorization } from './authentication.ts';
import { credentials, type httpOptions } from './options.ts';
import { proxyAuthorization } from './proxy.ts';

/** Headers whose values are nobody's secret, and may well stand in an answer too. */
const open: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-type',
  'host',
  'origin',
  'pragma',
  'referer',
  'user-agent',
]);

/** Shorter ones stand in every text by chance, and to mask them would say what they are. */
const shortest = 4;

/**
 * Masks what the configuration gave for the wire alone: password and query of the URL, header values, the body. A target
 * that echoes its request must not carry them into a page, a label or a log.
 */
export function redactor(url: URL, options: z.output<typeof httpOptions>): (text: string) => string {
  const known = redactors.get(options);
  if (known?.url === url) return known.hide;
  const hide = newRedactor(url, options);
  redactors.set(options, { url, hide });
  return hide;
}

/** Only a cache: the options of a probe are the same object in each of its runs. */
const redactors = new WeakMap<object, { readonly url: URL; readonly hide: (text: string) => string }>();

function newRedactor(url: URL, options: z.output<typeof httpOptions>): (text: string) => string {
  const { user, password } = credentials(url) ?? { user: '', password: '' };
  const headers = Object.entries(options.headers)
    .filter(([name]) => !open.has(name.toLowerCase()))
    .map(([, value]) => value.reveal());
  const secrets = [
    password,
    url.password,
    Buffer.from(`${user}:${password}`).toString('base64'),
    ...url.searchParams.values(),
    ...headers,
    // `Bearer …`: the token alone as well.
    ...headers.map((value) => value.slice(value.indexOf(' ') + 1)),
    options.body?.reveal() ?? '',
    options.bearer?.reveal() ?? '',
    options.basic?.password.reveal() ?? '',
    authorization(options)?.replace(/^\w+ /, '') ?? '',
    options.oauth2?.client_secret.reveal() ?? '',
    options.proxy?.password.reveal() ?? '',
    (options.proxy && proxyAuthorization(options.proxy)?.replace(/^\w+ /, '')) ?? '',
  ];
  const masked = [...new Set(secrets.map((secret) => secret.trim()))]
    .filter((secret) => secret.length >= shortest)
    .sort((a, b) => b.length - a.length);
  return (text) => masked.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
