import type { Config } from '../../config/model.ts';
import { formatDuration } from '../../stack/duration.ts';
import { defaultUrls } from '../../stack/links.ts';
import { logDefaults } from '../../stack/log-store.ts';
import type { GeneratedFile } from '../../stack/surroundings.ts';
import { type InhibitRule, inhibitRules } from '../alertmanager/inhibition.ts';
import { alertRules } from '../rules/index.ts';
import type { AlertRule } from '../rules/rule.ts';
import { type RoutingRow, routingRows } from './routing-table.ts';

/** Slack and e-mail, and nothing else that could change who hears what. */
const plain: Config = {
  file: '',
  source: '',
  stack: 'any',
  environment: 'any',
  urls: defaultUrls,
  services: [],
  location: 'any',
  locations: [],
  quorum: 1,
  references: [],
  maintenance: [],
  ...logDefaults,
  notify: {
    slack: { webhookUrlFile: '/slack' },
    email: { to: ['e-mail'], from: 'from', smarthost: { host: 'host', port: 25 }, requireTls: true },
    teams: {},
  },
  variables: [],
};

/** `docs/generated/routing.md`: every alert there is, who hears of it, and what mutes it. Of no configuration in particular. */
export function routingPage(): GeneratedFile {
  const content = `<!-- Made by \`watchpost generate\`; do not edit. -->

# Who hears what

\`./watchpost plan\` says it of your configuration, with names and times. Here is every alert there is. What is about a service
goes to the channels of its team, where that has some; what is about the stack itself (\`meta\`) goes to everybody. "every channel" is Slack and
e-mail; a warning goes by e-mail where there is no Slack, and waits for \`office_hours\` where there are some. "waits" is \`for\` in
the rule, then \`group_wait\`; alerts of one group that come later are sent every "then", and one that lasts is said again after "again".

| alert | severity | about | to | waits | then | again |
| --- | --- | --- | --- | --- | --- | --- |
${alertRules.flatMap((rule) => routingRows(plain, rule, ['default']).map((row) => alertLine(rule, row))).join('\n')}

# What mutes what

While the one fires, nobody is told of the other. Where labels must be the same, both must have them.

| while this fires | nobody is told of | with the same | because |
| --- | --- | --- | --- |
${inhibitRules(plain).map(muteLine).join('\n')}

\`depends_on\` adds one rule for each service that others depend on: its critical ProbeDown mutes ProbeDown and what else is said of
the services behind it.
`;
  return { path: 'docs/generated/routing.md', content };
}

function alertLine({ alert, forMs }: AlertRule, { severity, labels, channels, routed }: RoutingRow): string {
  const { slack, email } = channels;
  const to = slack && email ? 'every channel' : slack ? 'Slack' : 'the probe service';
  const waits = `${formatDuration(forMs)} + ${formatDuration(routed.groupWaitMs)}`;
  const about = labels.category === 'meta' ? 'meta' : '';
  const cells = [alert, severity, about, to, waits, routed.groupIntervalMs, routed.repeatIntervalMs];
  return `| ${cells.map((cell) => (typeof cell === 'number' ? formatDuration(cell) : cell)).join(' | ')} |`;
}

function muteLine({ name, source_matchers, target_matchers, equal = [] }: InhibitRule): string {
  return `| ${say(source_matchers)} | ${say(target_matchers)} | ${equal.join(', ')} | ${name} |`;
}

/** The names of the alerts, and of which services where they are named; a label that only must be there is said by "the same". */
function say(matchers: readonly string[]): string {
  const words = matchers
    .filter((matcher) => !matcher.endsWith('=~".+"'))
    .map((matcher) => matcher.replace(/^alertname=~?"(.*)"$/, '$1').replaceAll('|', ', '));
  return words.map((word) => (word.includes('"') ? `\`${word}\`` : word)).join(', ');
}
