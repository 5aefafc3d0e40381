import { sayDuration } from '../../stack/duration.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Outcome, PlannedProbe, Sample } from '../model.ts';

const barWidth = 40;

/** One attempt, for a person at a terminal: what was tried, what came of it, where the time went. */
export function explain(probe: PlannedProbe, outcome: Outcome): string {
  const { verdict, reason, found, expected, durationMs, steps } = outcome;
  return [
    `${probe.service}/${probe.probe}   ${probe.kind} ${probe.target}`,
    `verdict   ${verdict}`,
    `reason    ${reason}: ${reasons[reason].words}`,
    ...(found ? [`found     ${found}`] : []),
    ...(expected ? [`expected  ${expected}`] : []),
    `took      ${sayDuration(durationMs)} of at most ${sayDuration(probe.timeoutMs)}`,
    '',
    'steps',
    ...(steps.length > 0 ? steps.map(({ atMs, text }) => `  ${ms(atMs)}  ${text}`) : ['  none']),
    ...phases(outcome),
    '',
    'reported',
    ...outcome.samples.map((sample) => `  ${sayMetric(sample)} ${sample.value}`),
    '',
    'One attempt, without re-checks. It was not counted and changed no state.',
  ].join('\n');
}

/** Where the time went: a bar for each sample that has a phase, one after the other. */
function phases({ samples, durationMs }: Outcome): readonly string[] {
  const timed = samples.filter(({ labels }) => labels?.phase !== undefined);
  if (timed.length === 0) return [];
  const totalMs = Math.max(
    durationMs,
    timed.reduce((sum, { value }) => sum + value * 1_000, 0),
  );
  let beforeMs = 0;
  const rows = timed.map(({ labels, value }) => {
    const from = Math.round((beforeMs / totalMs) * barWidth);
    beforeMs += value * 1_000;
    const length = Math.max(1, Math.round((beforeMs / totalMs) * barWidth) - from);
    const bar = `${' '.repeat(from)}${'█'.repeat(length)}`.slice(0, barWidth + 1);
    return `  ${(labels?.phase ?? '').padEnd(10)} ${ms(value * 1_000)}  ${bar}`;
  });
  return ['', 'phases', ...rows];
}

function sayMetric({ metric, labels = {} }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length > 0 ? `${metric}{${pairs.join(',')}}` : metric;
}

function ms(value: number): string {
  return `${value.toFixed(1).padStart(8)} ms`;
}
