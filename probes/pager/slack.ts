import { request } from 'undici';
import type { Channels } from './channels.ts';
import type { Page } from './page.ts';
import { renderSlack } from './render.ts';
import { NotPrivate, type SecretUrl, secretUrl } from './secret-url.ts';
import { messageOf, type Try, type TryOptions, tryRepeatedly } from './tries.ts';

const timeoutMs = 5_000;

/** Posts a page to an incoming webhook. Nothing that comes back shows the webhook's URL: who has it can post. */
export async function sendSlack(
  slack: NonNullable<Channels['slack']>,
  page: Page,
  options: Omit<TryOptions, 'timeoutMs'>,
): Promise<Try> {
  let webhook: ReturnType<typeof secretUrl>;
  try {
    webhook = secretUrl(await slack.webhookUrl(), 'the webhook URL');
  } catch (error) {
    return failed(`the webhook URL cannot be read: ${messageOf(error)}`);
  }
  if ('problem' in webhook) return failed(webhook.problem);
  const body = JSON.stringify(renderSlack(page, options.clock.now(), slack.channel));
  const to = webhook;
  const result = await tryRepeatedly((signal) => post(to, body, signal), { ...options, timeoutMs });
  return { ...result, detail: to.redact(result.detail) };
}

async function post(to: SecretUrl, body: string, signal: AbortSignal): Promise<Try> {
  const agent = to.agent();
  try {
    const response = await request(to.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      dispatcher: agent,
      signal,
    });
    return verdict(response.statusCode, response.headers['retry-after'], await response.body.text());
  } catch (error) {
    if (error instanceof NotPrivate) return failed(error.message);
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

function failed(detail: string): Try {
  return { ok: false, detail, again: false };
}
