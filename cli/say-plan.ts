import type { AlertPlan, Heard, Mute, PagePlan, ProbePlan } from '../alerts/index.ts';
import type { Config } from '../config/model.ts';
import { sayDuration } from '../stack/duration.ts';
import { count } from './say-config.ts';
import { type Cell, table } from './table.ts';
import { styled, type Terminal } from './terminal.ts';

/** Times above this are worth a second look. */
const longMs = 60_000;
/** Of so many names a line is still one of a terminal of 80 columns. */
const mostNames = 3;

/** The plan as tables and sentences, for a terminal of 80 columns. */
export function sayPlan(plan: PagePlan, config: Config, terminal: Terminal): string {
  const bold = (text: string) => styled(terminal, 'bold', text);
  return [
    `Computed from ${config.file}; nothing was run.`,
    bold('FROM A FAULT OF THE TARGET TO ITS PAGE'),
    ...groups(plan.probes, (rows) => probeTable(terminal, rows)),
    [
      '  Worst: the target refuses or answers wrongly. Hanging: it does not answer, so',
      '  that each attempt uses up its timeout. Resolved: so long after it works again',
      '  at most. What Slack and the mail servers of the world take comes on top.',
      ...sayHours(config),
    ].join('\n'),
    bold('FROM A FAULT IN A METRIC OR A LOG TO THE PAGE OF ITS RULE'),
    ...groups(plan.alerts, (rows) => alertTable(terminal, rows)),
    bold('WHAT IS SILENT MEANWHILE'),
    sayMutes(plan, config),
    ...sayWarnings(plan, terminal),
  ].join('\n\n');
}

/** One table for each severity and set of people, below a line that names them. */
function groups<Row extends ProbePlan | AlertPlan>(
  rows: readonly Row[],
  tableOf: (rows: readonly Row[]) => string,
): readonly string[] {
  const alike = Map.groupBy(rows, ({ severity, channels, inOfficeHours }) =>
    JSON.stringify([severity, channels, inOfficeHours]),
  );
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const { severity, channels, inOfficeHours } = first;
    return [`${severity}, to ${sayChannels(channels)}${inOfficeHours ? ', in office hours' : ''}:\n${tableOf(own)}`];
  });
}

function sayHours({ officeHours }: Config): readonly string[] {
  if (!officeHours) return [];
  const { days, from, to, timeZone } = officeHours;
  return [
    `  Office hours: ${days.join(', ')} ${from}–${to} ${timeZone}.`,
    '  A warning that begins outside of them waits until they begin, if it lasts.',
  ];
}

/** `Slack #alerts and by mail to a@example.org, b@example.org`. */
function sayChannels(channels: readonly Heard[]): string {
  const slack = channels.filter(({ kind }) => kind === 'slack').map(({ to }) => `Slack ${to}`.trim());
  const mail = channels.filter(({ kind }) => kind === 'email').map(({ to }) => to);
  const places = [...slack, ...(mail.length > 0 ? [few(mail)] : [])];
  return places.length > 0 ? places.join(' and ') : 'nobody: no channel is configured';
}

function probeTable(terminal: Terminal, rows: readonly ProbePlan[]): string {
  return table(
    terminal,
    ['PROBE', 'TYPICAL', 'WORST', 'HANGING', 'RESOLVED'],
    rows.map(({ service, probe, typicalMs, worstMs, worstHangingMs, over }) => [
      `${service}/${probe}`,
      time(typicalMs),
      time(worstMs),
      worstHangingMs === undefined ? '–' : time(worstHangingMs),
      say(over.worstMs),
    ]),
  );
}

/** Objectives that are alike share a row. */
function alertTable(terminal: Terminal, rows: readonly AlertPlan[]): string {
  const alike = Map.groupBy(rows, ({ alert, slo, typicalMs, worstMs }) => [alert, slo, typicalMs, worstMs].join(' '));
  return table(
    terminal,
    ['ALERT', 'TYPICAL', 'WORST', 'OF'],
    [...alike.values()].flatMap((own) => {
      const [first] = own;
      if (!first) return [];
      const { alert, slo, typicalMs, worstMs } = first;
      const services = own.flatMap(({ service }) => (service === undefined ? [] : [service]));
      const name = slo === undefined ? alert : `${alert} (${slo})`;
      return [[name, say(typicalMs), say(worstMs), fits(services)]];
    }),
  );
}

/** `4.7 s`, `2 min 35 s`, `2 h 10 min`: rounded up, for a bound that is rounded down is none. */
function say(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (ms < 10_000 || seconds >= 7_200) return sayDuration(seconds >= 7_200 ? Math.ceil(ms / 60_000) * 60_000 : ms);
  if (seconds < 120) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${(seconds - rest) / 60} min ${rest} s`;
}

function time(ms: number): Cell {
  return ms > longMs ? { text: say(ms), style: 'yellow' } : say(ms);
}

/** While something is down or fires, nobody hears of these alerts about those services. */
interface Silence {
  /** A service, or a sentence: `ProbeServiceDown fires`. */
  readonly while: string;
  readonly alerts: readonly string[];
  readonly of: readonly string[] | 'itself' | 'all';
}

/** What is the same while one of several is down is said once. */
function sayMutes({ probes, alerts, manyServices }: PagePlan, { services: all }: Config): string {
  const silences = [
    ...(manyServices ? silencesOf('many services fail at once', manyServices.mutes, all.length) : []),
    ...probes.flatMap(({ service, mutes }) => silencesOf(service, mutes, all.length, service)),
    ...alerts.flatMap(({ alert, service, mutes }) => silencesOf(`${alert} fires`, mutes, all.length, service)),
  ];
  const alike = Map.groupBy(silences, ({ alerts: muted, of }) => JSON.stringify([muted, of]));
  const lines = [...alike.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    return [`  While ${sayWhile(own)}, ${sayOf(first)}:`, ...wrapped(first.alerts.join(', '))];
  });
  return lines.length > 0 ? lines.join('\n') : '  Nothing.';
}

function silencesOf(subject: string, mutes: readonly Mute[], all: number, own?: string): readonly Silence[] {
  const same = mutes.filter(({ services }) => own !== undefined && services.includes(own));
  const others = mutes
    .map(({ alert, services }) => ({ alert, of: services.filter((name) => name !== own) }))
    .filter(({ of }) => of.length > 0);
  const names = (muted: readonly { readonly alert: string }[]) => muted.map(({ alert }) => alert);
  return [
    ...(same.length > 0 ? [{ while: subject, alerts: names(same), of: 'itself' as const }] : []),
    ...[...Map.groupBy(others, ({ of }) => JSON.stringify(of)).values()].map((muted) => {
      const of = muted[0]?.of ?? [];
      return { while: subject, alerts: names(muted), of: of.length === all ? ('all' as const) : of };
    }),
  ];
}

function sayWhile(silences: readonly Silence[]): string {
  const subjects = [...new Set(silences.map((silence) => silence.while))];
  const [first = ''] = subjects;
  if (first.includes(' ')) return subjects.join(', or while ');
  return subjects.length > 1 ? `one of ${few(subjects)} is down` : `${first} is down`;
}

function sayOf({ of }: Silence): string {
  if (of === 'itself') return 'of the same service';
  return of === 'all' ? 'of any service' : `of ${few(of)}`;
}

/** In lines of 80 columns. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 80) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines;
}

function sayWarnings({ warnings }: PagePlan, terminal: Terminal): readonly string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.flatMap(({ service, text }) => [`  ${service}:`, ...wrapped(text)]);
  return [styled(terminal, 'yellow', [count(warnings.length, 'warning').toUpperCase(), '', ...lines].join('\n'))];
}

/** Names, as many as fit. */
function few(names: readonly string[]): string {
  if (names.length <= mostNames) return names.join(', ');
  return `${names.slice(0, mostNames - 1).join(', ')} and ${names.length - mostNames + 1} more`;
}

/** The names, or how many services they are where they do not fit into the last column. */
function fits(services: readonly string[]): string {
  const names = services.join(', ');
  return names.length <= 16 ? names : count(services.length, 'service');
}
