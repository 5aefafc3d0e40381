/**
 * Where the way of an alert can break, with what a page says of it. `pages`: whether pages of this service still arrive by
 * Alertmanager. Where they do not, it sends them itself; where only rules are cut off, those that only a rule would send.
 */
export const stages = {
  alertmanager_unreachable: { pages: 'lost', words: 'Alertmanager does not take alerts' },
  alertmanager_silent: { pages: 'lost', words: 'Alertmanager answers, but delivers nothing' },
  delivery: { pages: 'lost', words: 'Alertmanager cannot deliver on any channel' },
  prometheus_unreachable: { pages: 'without rules', words: 'Prometheus does not answer' },
  prometheus_not_scraping: { pages: 'without rules', words: 'Prometheus does not scrape the probe service' },
  prometheus_rules: { pages: 'without rules', words: 'Prometheus does not evaluate its rules' },
  prometheus_alerts: { pages: 'without rules', words: "Prometheus's alerts do not reach Alertmanager" },
  webhook: { pages: 'arrive', words: 'Alertmanager cannot reach the probe service' },
} as const satisfies Record<string, { readonly pages: 'lost' | 'without rules' | 'arrive'; readonly words: string }>;

export type Stage = keyof typeof stages;
export const stageNames = Object.keys(stages) as readonly Stage[];

/** What is broken, and what was found. */
export interface Break {
  readonly stage: Stage;
  /** What its API said, for people; may be empty. */
  readonly detail: string;
}

/** What becomes of pages meanwhile, in words. */
export const consequences = {
  lost: 'Until it is back the probe service sends its own pages directly, and alerts of rules are sent by nobody.',
  'without rules':
    'Pages of probes still arrive by Alertmanager, as its own test alert shows; alerts of rules are sent by nobody.',
  arrive: 'Pages still arrive; that they do is no longer shown.',
} as const;
