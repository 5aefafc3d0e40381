import {
  alertHeader,
  colors,
  linkNames,
  links,
  listId,
  mailCard,
  mailHeaders,
  mailPage,
  mailPreview,
  mailText,
  preview,
  slackText,
  title,
} from '../../stack/message/index.ts';
import type { Page } from './page.ts';
import { values } from './values.ts';

/** What is posted to a webhook: the same as Alertmanager posts for one alert. */
export interface SlackPayload {
  readonly channel?: string;
  readonly attachments: readonly {
    readonly title: string;
    readonly title_link?: string;
    readonly text: string;
    readonly fallback: string;
    readonly color: string;
    readonly mrkdwn_in: readonly string[];
    readonly actions?: readonly { readonly type: 'button'; readonly text: string; readonly url: string }[];
  }[];
}

export interface MailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param now Unix milliseconds: a page says how long it has been so */
export function renderSlack(page: Page, now: number, channel?: string): SlackPayload {
  const { status } = page;
  const facts = values(page, 'slack', now);
  const plain = values(page, 'text', now);
  const actions = linkNames.flatMap((name) => {
    const url = plain.whenLink(name, (address) => address);
    return url ? [{ type: 'button' as const, text: links[name], url }] : [];
  });
  const runbook = plain.whenLink('runbook_url', (address) => address);
  const color =
    status === 'resolved' ? colors.resolved : facts.whenLabel('severity', 'critical', colors.critical, colors.warning);
  return {
    ...(channel ? { channel } : {}),
    attachments: [
      {
        title: title(facts, status),
        ...(runbook ? { title_link: runbook } : {}),
        text: slackText(facts, status),
        fallback: `${title(facts, status)}${preview(facts, status)}`,
        color,
        mrkdwn_in: ['text'],
        ...(actions.length > 0 ? { actions } : {}),
      },
    ],
  };
}

/** @param now as for Slack */
export function renderMail(page: Page, now: number): MailMessage {
  const { status } = page;
  const plain = values(page, 'text', now);
  const html = values(page, 'html', now);
  return {
    subject: title(plain, status),
    text: mailText(plain, status),
    html: mailPage(mailPreview(html, status), mailCard(html, status)),
    headers: { 'List-Id': listId(plain), 'X-Watchpost-Alert': alertHeader(plain, status), ...mailHeaders },
  };
}
