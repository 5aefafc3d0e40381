import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ArrivalLog, type Arrivals } from './arrivals.ts';

export interface SlackButton {
  readonly type: string;
  readonly text: string;
  readonly url?: string;
}

export interface SlackAttachment {
  readonly title?: string;
  readonly title_link?: string;
  readonly text?: string;
  readonly fallback?: string;
  readonly color?: string;
  readonly mrkdwn_in?: readonly string[];
  readonly actions?: readonly SlackButton[];
}

/** What an incoming webhook of Slack takes; only what we look at is spelled out. */
export interface SlackMessage {
  readonly channel?: string;
  readonly text?: string;
  readonly attachments?: readonly SlackAttachment[];
  readonly blocks?: readonly unknown[];
}

export interface ReceivedSlack {
  /** Unix milliseconds. */
  readonly at: number;
  readonly payload: SlackMessage;
}

/** How the sink answers instead of looking at the payload. */
export interface SlackTrouble {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes the request and never answers. */
  readonly hang?: boolean;
}

export interface SlackSink extends Arrivals<ReceivedSlack>, AsyncDisposable {
  readonly port: number;
  /** A webhook URL of this sink, as this machine reaches it. */
  readonly url: string;
  /** What was turned down, with the answer it got. */
  readonly refused: readonly { readonly at: number; readonly answer: string; readonly body: string }[];
  /** The next requests meet these, one each. */
  trouble(...next: readonly SlackTrouble[]): void;
  /** Every request meets this, until there is none. */
  always(trouble: SlackTrouble | undefined): void;
}

/** A receiver of Slack webhooks that looks at the payload as Slack does and answers `ok`. */
export async function startSlackSink(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<SlackSink> {
  const log = new ArrivalLog<ReceivedSlack>('Slack message', ({ payload }) => JSON.stringify(payload));
  const refused: { at: number; answer: string; body: string }[] = [];
  const troubles: SlackTrouble[] = [];
  let lasting: SlackTrouble | undefined;

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const at = Date.now();
    const trouble = lasting ?? troubles.shift();
    if (trouble?.hang) return;
    if (trouble) {
      response.writeHead(trouble.status, { 'content-type': 'text/plain', ...trouble.headers }).end(trouble.body);
      return;
    }
    const read = readMessage(request, body);
    if (typeof read === 'string') {
      refused.push({ at, answer: read, body });
      response.writeHead(400, { 'content-type': 'text/html' }).end(read);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html' }).end('ok');
    log.add({ at, payload: read });
  };

  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/services/T0/B0/x`,
    received: log.received,
    waitFor: (fits, timeoutMs) => log.waitFor(fits, timeoutMs),
    refused,
    trouble: (...next) => {
      troubles.push(...next);
    },
    always: (trouble) => {
      lasting = trouble;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The message, or Slack's word for what is wrong with it. Limits: https://docs.slack.dev/messaging/. */
function readMessage(request: IncomingMessage, body: string): SlackMessage | string {
  if (request.method !== 'POST') return 'invalid_request';
  if (!request.headers['content-type']?.startsWith('application/json')) return 'invalid_payload';
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return 'invalid_payload';
  }
  if (!isObject(message)) return 'invalid_payload';
  const { text: words, attachments = [], blocks = [] } = message;
  if (words !== undefined && typeof words !== 'string') return 'invalid_payload';
  if (!Array.isArray(attachments) || !Array.isArray(blocks)) return 'invalid_payload';
  if (!words && attachments.length === 0 && blocks.length === 0) return 'no_text';
  if (words && words.length > 40_000) return 'msg_too_long';
  if (blocks.length > 50) return 'invalid_blocks';
  if (attachments.length > 100) return 'too_many_attachments';
  if (!attachments.every(isAttachment)) return 'invalid_attachments';
  return message as SlackMessage;
}

function isAttachment(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { actions = [], mrkdwn_in = [], ...words } = value;
  const texts = [words.title, words.title_link, words.text, words.fallback, words.color, words.pretext, words.footer];
  if (!texts.every((word) => word === undefined || typeof word === 'string')) return false;
  if (!words.text && !words.title && !words.fallback && !words.pretext) return false;
  if (typeof words.text === 'string' && words.text.length > 8_000) return false;
  if (words.title_link && !isUrl(words.title_link)) return false;
  if (words.color && !/^(?:#[0-9a-f]{6}|good|warning|danger)$/i.test(String(words.color))) return false;
  return Array.isArray(mrkdwn_in) && Array.isArray(actions) && actions.length <= 5 && actions.every(isButton);
}

function isButton(value: unknown): boolean {
  return (
    isObject(value) &&
    value.type === 'button' &&
    typeof value.text === 'string' &&
    value.text !== '' &&
    isUrl(value.url)
  );
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 3_000 && /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
