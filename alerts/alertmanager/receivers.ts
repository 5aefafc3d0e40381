import type { Channels, Config, EmailConfig, SlackConfig } from '../../config/model.ts';
import { channelsFor } from '../../stack/channels.ts';
import type { YamlValue } from '../../stack/generated-yaml.ts';
import { type Severity, severities } from '../../stack/labels.ts';
import type { Part } from '../../stack/parts.ts';
import type { Surroundings } from '../../stack/surroundings.ts';
import { emailReceiverFields, slackReceiverFields } from '../templates/index.ts';
import { type Audience, everybody, receiverName, teams, watchdogReceiver } from './teams.ts';

const mailpit = 'mailpit' satisfies Part;
/** One attempt's limit where a channel has one: three of them fit into the shortest `group_interval`. */
const attemptTimeout = '8s';

/** A receiver as Alertmanager writes it. */
export type Receiver = { readonly name: string; readonly [integrations: `${string}_configs`]: readonly YamlValue[] };

/** One receiver for each audience and severity, and the one that the Watchdog alert comes back by. */
export function receivers(config: Config, surroundings: Surroundings): readonly Receiver[] {
  const own = [...teams(config), everybody(config)].flatMap((audience) =>
    severities.map((severity) => receiver(audience, severity, surroundings)),
  );
  return [...own, { name: watchdogReceiver, webhook_configs: [webhook(surroundings, 'watchdog', false)] }];
}

function receiver(audience: Audience, severity: Severity, surroundings: Surroundings): Receiver {
  const name = receiverName(audience, severity);
  const channels = channelsFor(severity, reachable(audience.channels, surroundings));
  const { slack, email } = channels;
  return {
    name,
    ...(slack ? { slack_configs: [slackConfig(slack, surroundings)] } : {}),
    ...(email ? { email_configs: [emailConfig(email, surroundings)] } : {}),
    ...(isConnected(channels) ? {} : { webhook_configs: [webhook(surroundings, 'receipts', true)] }),
  };
}

/** Mailpit is a part of the stack that need not run. Alertmanager would retry for as long as a notification may take. */
function reachable(channels: Channels, surroundings: Surroundings): Channels {
  const { slack, email } = channels;
  const delivers = email && (email.smarthost.host !== mailpit || surroundings.has(mailpit));
  return { ...(slack ? { slack } : {}), ...(delivers ? { email } : {}) };
}

/** Whether a person would hear of it. Mailpit is for looking at. */
function isConnected({ slack, email }: Channels): boolean {
  return slack !== undefined || (email !== undefined && email.smarthost.host !== mailpit);
}

function slackConfig(slack: SlackConfig, surroundings: Surroundings): YamlValue {
  return {
    send_resolved: true,
    api_url_file: surroundings.secret(slack.webhookUrlFile),
    ...(slack.channel ? { channel: slack.channel } : {}),
    timeout: attemptTimeout,
    ...slackReceiverFields(),
  };
}

function emailConfig(email: EmailConfig, surroundings: Surroundings): YamlValue {
  return {
    send_resolved: true,
    to: email.to.join(', '),
    from: email.from,
    smarthost: surroundings.reach(`${email.smarthost.host}:${email.smarthost.port}`),
    require_tls: email.requireTls,
    ...(email.username ? { auth_username: email.username } : {}),
    ...(email.passwordFile ? { auth_password_file: surroundings.secret(email.passwordFile) } : {}),
    ...emailReceiverFields(),
  };
}

function webhook(surroundings: Surroundings, path: string, sendResolved: boolean): YamlValue {
  return {
    send_resolved: sendResolved,
    url: `http://${surroundings.address('watchpost')}/api/v1/${path}`,
    timeout: attemptTimeout,
  };
}
