import {
  alertHeader,
  listId,
  mailCard,
  mailEntry,
  mailHeaders,
  mailOverflow,
  mailPage,
  mailPreview,
  mailText,
  title,
} from '../../stack/message/index.ts';
import { call, define, expressions } from './expressions.ts';
import { each, first, more, onlyOne } from './several.ts';

/** What the e-mail receiver's fields call. */
export function mailTemplates(): string {
  return [
    define(
      'mail.subject',
      first((status) => title(expressions('text', status), status, more(status))),
    ),
    define(
      'mail.alert',
      first((status) => alertHeader(expressions('text', status), status)),
    ),
    define(
      'mail.list',
      first((status) => listId(expressions('text', status))),
    ),
    define(
      'mail.text',
      onlyOne((status) => mailText(expressions('text', status), status), '\n----\n\n', {
        text: (status) => `${mailEntry(expressions('text', status), status)}\n----\n\n`,
        overflow: (left) => `${left}\n\n`,
      }),
    ),
    define(
      'mail.html',
      mailPage(
        first((status) => mailPreview(expressions('html', status), status)),
        each(['firing', 'resolved'], {
          text: (status) => mailCard(expressions('html', status), status),
          overflow: mailOverflow,
        }),
      ),
    ),
  ].join('');
}

/** Literal keys of `email_configs`. */
export function emailReceiverFields(): Readonly<Record<string, unknown>> {
  return {
    headers: {
      Subject: call('mail.subject', '.'),
      'List-Id': call('mail.list', '.'),
      'X-Watchpost-Alert': call('mail.alert', '.'),
      ...mailHeaders,
    },
    text: call('mail.text', '.'),
    html: call('mail.html', '.'),
    // The page and its resolve stand together, and those of another day do not.
    threading: { enabled: true, thread_by_date: 'daily' },
  };
}
