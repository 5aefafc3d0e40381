import type { z } from 'zod';
import type { Run } from '../../model.ts';
import { credential, type Given, type Masks, masksFor, message, named } from '../mask.ts';
import { authorization } from './authentication.ts';
import { credentials, type httpOptions } from './options.ts';
import { proxyAuthorization } from './proxy.ts';

type Options = z.output<typeof httpOptions>;

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

/**
 * Masks what the configuration gave for the wire alone: password and query of the URL, header values, the body. A target
 * that echoes its request must not carry them into a page, a label or a log.
 */
export function redactor(url: URL, options: Options, run: Pick<Run, 'variables'>): Masks {
  const known = redactors.get(options);
  if (known?.url === url) return known.masks;
  const masks = masksFor(givenOf(url, options), run, options);
  redactors.set(options, { url, masks });
  return masks;
}

/** Only a cache: the options of a probe are the same object in each of its runs, and so are its variables. */
const redactors = new WeakMap<object, { readonly url: URL; readonly masks: Masks }>();

function givenOf(url: URL, options: Options): readonly Given[] {
  const { user, password } = credentials(url) ?? { user: '', password: '' };
  const headers = Object.entries(options.headers)
    .filter(([name]) => !open.has(name.toLowerCase()))
    .map(([name, value]) => named(name, value.reveal()));
  return [
    credential(password),
    credential(url.password),
    credential(password && Buffer.from(`${user}:${password}`).toString('base64')),
    ...[...url.searchParams].map(([name, value]) => named(name, value)),
    ...headers,
    // `Bearer …`: the token alone as well.
    ...headers.map(({ text, as }) => ({ text: text.slice(text.indexOf(' ') + 1), as })),
    message(options.body?.reveal()),
    credential(options.bearer?.reveal()),
    credential(options.basic?.password.reveal()),
    credential(authorization(options)?.replace(/^\w+ /, '')),
    credential(options.oauth2?.client_secret.reveal()),
    credential(options.proxy?.password.reveal()),
    credential(options.proxy && proxyAuthorization(options.proxy)?.replace(/^\w+ /, '')),
  ];
}
