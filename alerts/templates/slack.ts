import {
  colors,
  type LinkName,
  linkNames,
  links,
  preview,
  slackEntry,
  slackText,
  title,
} from '../../stack/message/index.ts';
import { call, define, expressions } from './expressions.ts';
import { first, more, oneOr, onlyOne } from './several.ts';

/** What the Slack receiver's fields call. */
export function slackTemplates(): string {
  return [
    define(
      'slack.title',
      first((status) => title(expressions('slack', status), status, more(status))),
    ),
    define(
      'slack.fallback',
      `${call('slack.title', '.')}${first((status) => preview(expressions('slack', status), status))}`,
    ),
    define('slack.color', color),
    define(
      'slack.text',
      onlyOne((status) => slackText(expressions('slack', status), status), '\n\n', {
        text: (status) => `${slackEntry(expressions('slack', status), status)}\n\n`,
        overflow: (left) => `_${left}_\n\n`,
      }),
    ),
    ...linkNames.map((name) => define(`slack.${name}`, address(name))),
  ].join('');
}

/** Literal keys of `slack_configs`. */
export function slackReceiverFields(): Readonly<Record<string, unknown>> {
  const field = (name: string) => call(`slack.${name}`, '.');
  return {
    title: field('title'),
    title_link: field('runbook_url'),
    fallback: field('fallback'),
    color: field('color'),
    text: field('text'),
    mrkdwn_in: ['text'],
    // Left out, Alertmanager would fill them in: its own name and a footer of its own.
    username: '',
    footer: '',
    pretext: '',
    actions: linkNames.map((name) => ({ type: 'button', text: links[name], url: field(name) })),
  };
}

/** The worst that fires. */
const color = [
  `{{ $color := "${colors.resolved}" }}{{ range .Alerts.Firing }}`,
  `{{ if eq .Labels.severity "critical" }}{{ $color = "${colors.critical}" }}`,
  `{{ else if ne $color "${colors.critical}" }}{{ $color = "${colors.warning}" }}{{ end }}{{ end }}{{ $color }}`,
].join('');

/** Alertmanager's own form, filled in for all alerts of the group. */
const silenceGroup = [
  '{{ $.ExternalURL }}/#/silences/new?filter=%7B{{ range $i, $pair := $.GroupLabels.SortedPairs }}{{ if $i }}%2C{{ end }}',
  '{{ $pair.Name }}%3D%22{{ $pair.Value | urlquery | reReplaceAll "\\\\+" "%20" }}%22{{ end }}%7D',
].join('');

/**
 * The address behind a button. One alert has its own; several are silenced as the group they are. An alert of somebody
 * else's rule may have no address at all, and Slack refuses a button without one: it opens Alertmanager.
 */
function address(name: LinkName): string {
  const otherwise = name === 'silence_url' ? silenceGroup : '{{ $.ExternalURL }}/#/alerts';
  const own = first((status) => expressions('text', status).whenLink(name, (url) => url, otherwise));
  return name === 'silence_url' ? oneOr(own, silenceGroup) : own;
}
