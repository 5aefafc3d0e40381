import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { monitoringLimits } from '../../stack/limits.ts';
import { probeServiceJob } from '../../stack/parts.ts';
import { aggregate, type Match, select } from '../../stack/promql.ts';
import { overTime } from './data.ts';
import { greatest } from './greatest.ts';
import { countsPanel, linesPanel } from './lines.ts';
import { bad, from, good, warning, words } from './look.ts';
import { perProbe, step } from './queries.ts';
import { timelinePanel } from './timeline.ts';

/** Panels about the probe service: does it probe when it should, and what does that cost? */

const itself = { job: probeServiceJob };
const legend = '{{service}}/{{probe}}';

export function lateness(): Graph {
  return linesPanel({
    id: 40,
    title: 'Runs that start late',
    description:
      'By how much, the ten latest probes over the time range. A few milliseconds are usual. Seconds: the machine is busy, or there are more probes than it can do.',
    alerts: ['ProbeStale'],
    unit: 's',
    queries: [
      [
        greatest(10, perProbe, (window) =>
          aggregate('max', perProbe, `max_over_time(${select('watchpost_probe_schedule_lateness_seconds')}${window})`),
        ),
        legend,
      ],
    ],
  });
}

export function eventLoop(): Graph {
  return linesPanel({
    id: 41,
    title: 'Event loop stands still for',
    description:
      'While it does, no answer is read, however quickly it came; runs of that time are inconclusive. Above 50 ms again and again: the machine has no core left for it.',
    alerts: ['ProberInconclusive'],
    unit: 's',
    queries: [
      [`max(${select('nodejs_eventloop_lag_p99_seconds', itself)})`, '99 %'],
      [`max(${select('nodejs_eventloop_lag_mean_seconds', itself)})`, 'mean'],
    ],
  });
}

export function leftOut(): Graph {
  return countsPanel({
    id: 42,
    title: 'Runs left out',
    description:
      'Runs that did not start because the one before had not ended, the ten worst probes. Such a probe is slower than its interval: make its `timeout` shorter, or `every` longer.',
    alerts: ['ProbeStale'],
    unit: 'short',
    queries: [
      [
        `topk(10, ${aggregate('sum', perProbe, `increase(${select('watchpost_probe_skipped_runs_total')}${step})`)} > 0)`,
        legend,
      ],
    ],
    none: 'None was left out.',
  });
}

export function inconclusive(): Graph {
  const runsOf = (window: string, match: Readonly<Record<string, Match>> = {}) =>
    aggregate('sum', perProbe, `increase(${select('watchpost_probe_runs_total', match)}${window})`);
  return linesPanel({
    id: 43,
    title: 'Runs that say nothing',
    description:
      'The share of inconclusive runs, the ten worst probes: the trouble is the prober’s own (event loop, descriptors, resolver, uplink). Above the line nothing is known of what they look at.',
    alerts: ['ProberInconclusive'],
    unit: 'percentunit',
    max: 1,
    limits: [[monitoringLimits.inconclusiveRuns, warning]],
    queries: [
      [
        greatest(10, perProbe, (window) => `${runsOf(window, { verdict: 'inconclusive' })} / (${runsOf(window)} > 0)`),
        legend,
      ],
    ],
  });
}

export function runs(): Graph {
  return linesPanel({
    id: 44,
    title: 'Runs',
    description:
      'Each second, by verdict. The sum is what the configuration asks for; when it falls, probes do not run: see which ones are overdue.',
    alerts: ['ProbeStale', 'ProbeMissing'],
    unit: 'ops',
    queries: [[aggregate('sum', ['verdict'], `rate(${select('watchpost_probe_runs_total')}${step})`), '{{verdict}}']],
  });
}

export function cost(): Graph {
  return linesPanel({
    id: 45,
    title: 'Samples that it exports',
    description:
      'How many Prometheus takes from it at each scrape: about twenty for each probe at most. More without more probes is a label with ever new values: that would be a fault of ours.',
    unit: 'short',
    queries: [[`sum(${select('scrape_samples_scraped', itself)})`, 'samples']],
  });
}

export function controls(): Timeline {
  return timelinePanel({
    id: 46,
    title: 'Its own controls',
    description:
      'One that must pass and one that must fail, probed all the time. A wrong verdict on either means that no verdict can be trusted: check a service by hand.',
    alerts: ['ProberLies'],
  })
    .withTarget(
      overTime(
        aggregate('min', ['control'], `min_over_time(${select('watchpost_control_correct')}${step})`),
        '{{control}}',
      ),
    )
    .mappings([words({ 0: ['wrong', bad], 1: ['right', good] })])
    .thresholds(from(bad, [1, good]));
}

export function records(): Graph {
  return countsPanel({
    id: 47,
    title: 'Kept and handed on',
    description:
      'Log records by what became of them, posts of alerts to Alertmanager that failed, and writes of its state that failed. What is not `sent` is not in the log store; with failed writes, look whether the disk is full.',
    unit: 'short',
    queries: [
      [
        aggregate('sum', ['result'], `increase(${select('watchpost_log_records_total')}${step})`),
        'log records {{result}}',
      ],
      [
        aggregate(
          'sum',
          ['result'],
          `increase(${select('watchpost_fast_path_posts_total', { result: { not: 'ok' } })}${step})`,
        ),
        'posts {{result}}',
      ],
      [
        `sum(increase(${select('watchpost_state_writes_total', { result: 'failed' })}${step}))`,
        'writes of state failed',
      ],
    ],
  });
}

export function waiting(): Graph {
  return linesPanel({
    id: 48,
    title: 'Waiting to be handed on',
    description:
      'Log records that Loki has still to take, and messages of its own that are not delivered. They survive a restart and are tried again: a climb that does not end is a Loki, or a channel, that does not answer.',
    unit: 'short',
    queries: [
      [`sum(${select('watchpost_log_waiting_records')})`, 'log records'],
      [aggregate('sum', ['channel'], select('watchpost_fallback_waiting_messages')), 'messages by {{channel}}'],
    ],
  });
}
