import type { Severity } from './labels.ts';

/**
 * Which of a team's channels hear of an alert. The one place that says it: Alertmanager's receivers are generated from
 * it, and the direct pager asks it. Critical goes to all of them; anything less goes to Slack, and to e-mail only where
 * there is no Slack.
 */
export function channelsFor<Slack, Email>(
  severity: Severity | (string & {}),
  { slack, email }: { readonly slack?: Slack; readonly email?: Email },
): { readonly slack?: Slack; readonly email?: Email } {
  if (slack === undefined) return email === undefined ? {} : { email };
  return severity === 'critical' && email !== undefined ? { slack, email } : { slack };
}
