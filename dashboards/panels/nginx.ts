import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Place } from '../frame.ts';
import { areasPanel, countsPanel, linesPanel, trendPanel } from './lines.ts';
import { bad, from, good } from './look.ts';
import { step } from './queries.ts';
import { of, serverPanel } from './service-choice.ts';

/** Panels about the chosen nginx. Its status page knows connections and requests, and no status of an answer: see its log. */

const q = of('nginx');
const rate = (name: Parameters<typeof q>[0]) => `sum(rate(${q(name)}${step}))`;
/** Accepted and closed at once. The two are scraped together, but computed apart: less than nothing is a matter of rounding. */
const droppedIn = (window: string) =>
  `clamp_min(sum(increase(${q('nginx_connections_accepted')}${window})) - sum(increase(${q('nginx_connections_handled')}${window})), 0)`;

export function numbers(place: Place): readonly BigNumber[] {
  return [
    serverPanel({
      ...{ kind: 'nginx', place, up: 'nginx_up', alerts: ['NginxDown', 'ExporterFailing'] },
      description:
        'Whether its status page answers the exporter. When it does not, open the dashboard of the service: does a probe of it pass?',
    }),
    trendPanel({
      id: 2,
      title: 'Requests',
      description:
        'Each second. A fall to nothing without a fault here: they do not get this far. Look at DNS and the firewall.',
      expr: rate('nginx_http_requests_total'),
      unit: 'reqps',
      decimals: 1,
    }),
    trendPanel({
      id: 3,
      title: 'Connections open',
      description:
        'Those that are open now, the waiting ones among them. Near `worker_processes` times `worker_connections` new ones are dropped.',
      expr: `sum(${q('nginx_connections_active')})`,
      unit: 'none',
    }),
    trendPanel({
      id: 4,
      title: 'Dropped',
      description:
        'Connections that were closed as soon as they came in. Must be 0: the connections of the workers are used up. Raise `worker_connections` and reload.',
      alerts: ['NginxDroppingConnections'],
      expr: droppedIn(step),
      unit: 'none',
      decimals: 0,
      colours: from(good, [1, bad]),
    }),
  ];
}

export function connections(): Graph {
  return areasPanel({
    id: 10,
    title: 'Connections by what they do',
    description:
      'Waiting: kept open between two requests. Writing: an answer is made or sent; when these climb, what is behind nginx is slow. Reading: a request comes in slowly.',
    alerts: ['NginxDroppingConnections'],
    unit: 'short',
    queries: [
      [`sum(${q('nginx_connections_writing')})`, 'writing'],
      [`sum(${q('nginx_connections_reading')})`, 'reading'],
      [`sum(${q('nginx_connections_waiting')})`, 'waiting'],
    ],
  });
}

export function requests(): Graph {
  return linesPanel({
    id: 11,
    title: 'Requests',
    description:
      'Each second. What is usual at this hour tells more than the number: a jump is a crawler, an attack or a client that tries again and again.',
    unit: 'reqps',
    queries: [[rate('nginx_http_requests_total'), 'requests']],
  });
}

export function taken(): Graph {
  return linesPanel({
    id: 12,
    title: 'Connections accepted and handled',
    description:
      'Each second; the two are one line where all is well. Where they part, connections are dropped. Many with few requests: keep-alive is off somewhere.',
    alerts: ['NginxDroppingConnections'],
    unit: 'ops',
    queries: [
      [rate('nginx_connections_accepted'), 'accepted'],
      [rate('nginx_connections_handled'), 'handled'],
    ],
  });
}

export function dropped(): Graph {
  return countsPanel({
    id: 13,
    title: 'Connections dropped',
    description:
      'Accepted and closed at once, in each step. Must be empty: somebody got no answer. `ss -tn state established | wc -l` says how many are open.',
    alerts: ['NginxDroppingConnections'],
    unit: 'short',
    queries: [[droppedIn(step), 'dropped']],
  });
}
