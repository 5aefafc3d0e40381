/** What a page says, as templates of Alertmanager. The words are those of `stack/message/`. */

import type { GeneratedFile } from '../../stack/surroundings.ts';
import { definitions } from './expressions.ts';
import { mailTemplates } from './mail.ts';
import { slackTemplates } from './slack.ts';

export { emailReceiverFields } from './mail.ts';
export { slackReceiverFields } from './slack.ts';

export function templateFiles(): readonly GeneratedFile[] {
  return [
    file('watchpost', 'How a value is shown, in each medium.', definitions()),
    file('slack', 'A Slack message: title, colour, text and buttons.', slackTemplates()),
    file('mail', 'A mail: subject, headers, plain text and HTML.', mailTemplates()),
  ];
}

function file(name: string, what: string, content: string): GeneratedFile {
  const note = `{{/* ${what} Generated from alerts/templates/ and stack/message/: watchpost generate. */}}`;
  return { path: `alerts/generated/templates/${name}.tmpl`, content: `${note}\n${content}` };
}
