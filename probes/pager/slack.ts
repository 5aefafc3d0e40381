import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isPrivateHost } from '../../stack/private-host.ts';
import type { Channels } from './channels.ts';
import type { Page } from './page.ts';
import { renderSlack } from './render.ts';
import { messageOf, type Try, type TryOptions, tryRepeatedly } from './tries.ts';

const timeoutMs = 5_000;
const plainHttp = 'a webhook URL with http:// may only point to a loopback or private address; use https://';

/** Posts a page to an incoming webhook. Nothing that comes back shows the webhook's URL: who has it can post. */
export async function sendSlack(
  slack: NonNullable<Channels['slack']>,
  page: Page,
  options: Omit<TryOptions, 'timeoutMs'>,
): Promise<Try> {
  let url: URL | null;
  try {
    url = URL.parse((await slack.webhookUrl()).reveal().trim());
  } catch (error) {
    return failed(`the webhook URL cannot be read: ${messageOf(error)}`);
  }
  if (!url || !/^https?:$/.test(url.protocol)) return failed('the webhook URL is not a web address');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOpen = url.protocol === 'http:';
  if (isOpen && isIP(host) && !isPrivateHost(host)) return failed(plainHttp);
  const body = JSON.stringify(renderSlack(page, options.clock.now(), slack.channel));
  const webhook = url;
  const result = await tryRepeatedly((signal) => post(webhook, body, isOpen, signal), { ...options, timeoutMs });
  return { ...result, detail: withoutUrl(result.detail, webhook) };
}

/** A connection of its own for each try: pages are rare, and an old one may be dead. */
async function post(url: URL, body: string, isOpen: boolean, signal: AbortSignal): Promise<Try> {
  const agent = new Agent({ connect: isOpen ? { lookup: privateLookup } : {} });
  try {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      dispatcher: agent,
      signal,
    });
    return verdict(response.statusCode, response.headers['retry-after'], await response.body.text());
  } catch (error) {
    if (error instanceof NotPrivate) return failed(plainHttp);
    throw error;
  } finally {
    await agent.destroy();
  }
}

/** Slack says `ok`, as text or in JSON; a 200 with anything else is none. */
function verdict(status: number, retryAfter: string | string[] | undefined, text: string): Try {
  const answer = text.replaceAll(/\s+/g, ' ').trim().slice(0, 100);
  if (status === 200 && (answer === 'ok' || /^\{\s*"ok"\s*:\s*true\b/.test(answer)))
    return { ok: true, detail: 'Slack took it' };
  const again = status === 429 || status === 408 || status >= 500;
  const seconds = Number(retryAfter);
  const wait = status === 429 && Number.isFinite(seconds) && seconds >= 0 ? { afterMs: seconds * 1_000 } : {};
  return { ok: false, detail: `Slack answered ${status}${answer ? `: ${answer}` : ''}`, again, ...wait };
}

class NotPrivate extends Error {}

/** Resolves as ever, and refuses a name with an address on the internet: what is connected to is what was looked at. */
const privateLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, []);
    if (!found.every(({ address }) => isPrivateHost(address))) return done(new NotPrivate(plainHttp), []);
    const [first] = found;
    if (options.all || !first) return done(null, found);
    done(null, first.address, first.family);
  });
};

function withoutUrl(detail: string, { href, pathname, search }: URL): string {
  const secrets = [href, `${pathname}${search}`, pathname].filter((part) => part.length > 1);
  return secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), detail);
}

function failed(detail: string): Try {
  return { ok: false, detail, again: false };
}
