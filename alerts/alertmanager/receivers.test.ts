import { describe, expect, test } from 'vitest';
import type { NotifyConfig } from '../../config/model.ts';
import { emailReceiverFields, slackReceiverFields } from '../templates/index.ts';
import { email, mailpit, sampleConfig, sampleSurroundings, slack } from '../testing/sample.ts';
import { receivers } from './receivers.ts';

const watchdog = {
  name: 'watchdog',
  webhook_configs: [{ send_resolved: false, url: 'http://watchpost:9815/api/v1/watchdog', timeout: '8s' }],
};
const receipts = { send_resolved: true, url: 'http://watchpost:9815/api/v1/receipts', timeout: '8s' };
const slackEntry = {
  send_resolved: true,
  api_url_file: '/run/secrets/slack_webhook_url',
  channel: '#alerts',
  timeout: '8s',
  ...slackReceiverFields(),
};
const emailEntry = {
  send_resolved: true,
  to: 'oncall@example.org, boss@example.org',
  from: 'watchpost@example.org',
  smarthost: 'smtp.example.org:587',
  require_tls: true,
  auth_username: 'watchpost',
  auth_password_file: '/run/secrets/smtp_password',
  ...emailReceiverFields(),
};
const mailpitEntry = {
  send_resolved: true,
  to: 'oncall@example.org',
  from: 'watchpost@example.org',
  smarthost: 'mailpit:1025',
  require_tls: false,
  ...emailReceiverFields(),
};

const cases: readonly {
  readonly name: string;
  readonly notify: Partial<NotifyConfig>;
  readonly missing?: readonly string[];
  readonly expected: readonly object[];
}[] = [
  {
    name: 'no channel: the receipt log hears everything',
    notify: {},
    expected: [
      { name: 'everybody-critical', webhook_configs: [receipts] },
      { name: 'everybody-warning', webhook_configs: [receipts] },
      watchdog,
    ],
  },
  {
    name: 'Slack and e-mail: pages go to both, warnings to Slack',
    notify: { slack, email },
    expected: [
      { name: 'everybody-critical', slack_configs: [slackEntry], email_configs: [emailEntry] },
      { name: 'everybody-warning', slack_configs: [slackEntry] },
      watchdog,
    ],
  },
  {
    name: 'Mailpit is for looking at: the receipt log hears it too',
    notify: { email: mailpit },
    expected: [
      { name: 'everybody-critical', email_configs: [mailpitEntry], webhook_configs: [receipts] },
      { name: 'everybody-warning', email_configs: [mailpitEntry], webhook_configs: [receipts] },
      watchdog,
    ],
  },
  {
    name: 'no mail to a Mailpit that does not run',
    notify: { email: mailpit },
    missing: ['mailpit'],
    expected: [
      { name: 'everybody-critical', webhook_configs: [receipts] },
      { name: 'everybody-warning', webhook_configs: [receipts] },
      watchdog,
    ],
  },
  {
    name: 'a team has its own channels and nobody else does',
    notify: { email, teams: { data: { slack: { webhookUrlFile: '/run/secrets/data_webhook_url' } } } },
    expected: [
      ...['team-data-critical', 'team-data-warning'].map((name) => ({
        name,
        slack_configs: [
          {
            send_resolved: true,
            api_url_file: '/run/secrets/data_webhook_url',
            timeout: '8s',
            ...slackReceiverFields(),
          },
        ],
      })),
      { name: 'everybody-critical', email_configs: [emailEntry] },
      { name: 'everybody-warning', email_configs: [emailEntry] },
      watchdog,
    ],
  },
];

describe('receivers', () => {
  test.each(cases)('$name', ({ notify, missing, expected }) => {
    expect(receivers(sampleConfig(notify), sampleSurroundings(missing))).toEqual(expected);
  });
});
