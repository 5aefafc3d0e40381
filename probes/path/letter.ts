import { alertLinks, probeDown } from '../../stack/alert.ts';
import { receiptStale } from '../../stack/alert-path.ts';
import { sayDuration } from '../../stack/duration.ts';
import { defaultTeam } from '../../stack/labels.ts';
import { failurePage } from '../export/failure-page.ts';
import type { Outcome, Plan, PlannedProbe } from '../model.ts';
import type { Page } from '../pager/index.ts';
import type { ChannelName } from '../pager/single-channel.ts';
import type { KeptPage } from '../state/kept-pages.ts';
import { type Break, consequences, type Stage, stages } from './stages.ts';

/** What is known of a failure, or of a break of the path, while somebody may still have to be told of it from here. */
export interface Letter {
  readonly probe: Pick<PlannedProbe, 'service' | 'probe' | 'target' | 'team' | 'byQuorum'> & {
    readonly severity: string;
  };
  /** Unix milliseconds, like every time here. */
  readonly since: number;
  readonly outcome: Outcome;
  endedAt: number | undefined;
  /** Why it is sent from here. */
  note: string | undefined;
  /** Whether it is for this service to tell, and since when. */
  direct: boolean;
  directAt: number;
  /** When Alertmanager took it, and whether it is known to have delivered since. */
  takenAt: number | undefined;
  proven: boolean;
  /** What was delivered from here, by channel. */
  readonly told: Map<ChannelName, Page['status']>;
  saidUndeliverable: boolean;
  /** When a service that it depends on was last seen down. */
  mutedAt: number;
}

/** A break of the path is kept like a failure of a probe; no service can have this name. */
const pathId = { service: '', probe: 'alert-path' } as const;

export function newLetter(about: Pick<Letter, 'probe' | 'since' | 'outcome'>): Letter {
  return {
    ...about,
    endedAt: undefined,
    note: undefined,
    direct: false,
    directAt: 0,
    takenAt: undefined,
    proven: false,
    told: new Map(),
    saidUndeliverable: false,
    mutedAt: Number.NEGATIVE_INFINITY,
  };
}

export function isNotice({ probe }: Letter): boolean {
  return probe.service === pathId.service && probe.probe === pathId.probe;
}

/** The letter that says that the path is broken. */
export function newNotice(now: Break, at: number): Letter {
  const letter = newLetter({
    probe: { ...pathId, target: 'Alertmanager', severity: 'critical', team: defaultTeam, byQuorum: false },
    since: at,
    outcome: outcomeOf(now),
  });
  return Object.assign(letter, { direct: true, directAt: at });
}

/** What a page of it says, from here or from Alertmanager: the same words. */
export function pageOf(letter: Letter, status: Page['status'], plan: Plan): Page {
  if (!isNotice(letter)) {
    const isLate = status === 'resolved' && letter.told.size === 0 && !letter.proven;
    const note = isLate ? `${letter.note} Nobody could be told while it lasted.` : letter.note;
    return failurePage({ ...letter, note }, status, plan);
  }
  const { stage, detail } = breakOf(letter.outcome);
  const { pages, words } = stages[stage];
  return {
    status,
    labels: {
      alertname: receiptStale,
      severity: 'critical',
      team: defaultTeam,
      stack: plan.stack,
      environment: plan.environment,
    },
    annotations: {
      summary: `The paging path is broken: ${words}`,
      description: `${detail ? `${capital(detail)}. ` : ''}${consequences[pages]}`,
      action: `Open the runbook. What the probe service says of the path: ${plan.urls.watchpost}/metrics (watchpost_alert_path, watchpost_fallback)`,
      ...alertLinks(plan.urls, { alertname: receiptStale }),
    },
    startsAt: letter.since,
    ...(letter.endedAt !== undefined && { endsAt: letter.endedAt }),
    note: status === 'firing' ? 'Sent directly.' : `Sent directly: alerts get through again after ${lasted(letter)}.`,
  };
}

/** More at once than anybody reads one by one: their names, as many as a message shows. */
export function severalPage(
  items: readonly { readonly letter: Letter; readonly status: Page['status'] }[],
  plan: Plan,
  now: number,
): Page {
  const [first] = items;
  const isCritical = items.some(({ letter }) => letter.probe.severity === 'critical');
  return {
    status: 'firing',
    labels: {
      alertname: probeDown,
      severity: isCritical ? 'critical' : 'warning',
      team: first?.letter.probe.team ?? defaultTeam,
      stack: plan.stack,
      environment: plan.environment,
    },
    annotations: {
      summary: `${items.length} more at once`,
      description: items.map(sayItem).join(', '),
      action: `Open the status page: ${plan.urls.watchpost}/`,
      ...alertLinks(plan.urls, { alertname: probeDown }),
    },
    startsAt: now,
    ...(first?.letter.note !== undefined && { note: first.letter.note }),
  };
}

/** One of several: `shop/ready is down since 02:14:07`. */
export function sayItem({ letter, status }: { readonly letter: Letter; readonly status: Page['status'] }): string {
  const name = `${letter.probe.service}/${letter.probe.probe}`;
  if (status === 'resolved') return `${name} is up again after ${lasted(letter)}`;
  return `${name} is down since ${new Date(letter.since).toISOString().slice(11, 19)}`;
}

export function keptOf(letter: Letter): KeptPage {
  const { probe, since, outcome, endedAt, note, told, direct, directAt, takenAt, proven } = letter;
  const { target, severity, team, byQuorum } = probe;
  return {
    ...{ since, outcome, told: Object.fromEntries(told) },
    ...(endedAt !== undefined && { endedAt }),
    ...(note !== undefined && { note }),
    letter: {
      ...{ target, severity, team, byQuorum, direct, directAt, proven },
      ...(takenAt !== undefined && { takenAt }),
    },
  };
}

/** Undefined for what the pager without an Alertmanager has kept. */
export function letterOf(kept: { readonly service: string; readonly probe: string; readonly page: KeptPage }): Letter {
  const { service, probe, page } = kept;
  const { target = '', severity = 'critical', team = defaultTeam, byQuorum = false, ...more } = page.letter ?? {};
  const letter = newLetter({
    probe: { service, probe, target, severity, team, byQuorum },
    since: page.since,
    outcome: page.outcome,
  });
  const told = Object.entries(page.told) as readonly [ChannelName, Page['status']][];
  return Object.assign(letter, { ...more, endedAt: page.endedAt, note: page.note, told: new Map(told) });
}

function lasted({ since, endedAt }: Letter): string {
  return sayDuration(Math.max(1, Math.round(((endedAt ?? since) - since) / 1_000)) * 1_000);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A break as the store keeps a failure. */
function outcomeOf({ stage, detail }: Break): Outcome {
  return {
    ...{ verdict: 'fail', reason: 'answer', found: stage, expected: detail },
    ...{ durationMs: 0, samples: [], steps: [] },
  };
}

function breakOf({ found, expected }: Outcome): Break {
  return { stage: Object.hasOwn(stages, found) ? (found as Stage) : 'alertmanager_unreachable', detail: expected };
}
