import { stringify } from 'yaml';
import type { z } from 'zod';
import { metrics } from '../../stack/metrics.ts';
import type { Outcome, Sample } from '../model.ts';
import { attempt } from './attempt-for-test.ts';
import type { Prober } from './prober.ts';

export interface GoldenCase<V extends z.ZodType, O extends z.ZodObject> {
  readonly name: string;
  readonly value: z.input<V>;
  readonly options: z.input<O>;
  /** Port of the peer: shown as PORT. */
  readonly port: number;
}

/** What goes in and what comes out, case by case, for a file that a person reads: nothing that varies is in it. */
export async function golden<V extends z.ZodType, O extends z.ZodObject>(
  prober: Prober<V, O>,
  cases: readonly GoldenCase<V, O>[],
): Promise<string> {
  const texts: string[] = [];
  for (const { name, value, options, port } of cases) {
    const outcome = await attempt(prober, value, options, { timeoutMs: 2_000 });
    const probe = stringify({ [prober.kind]: value, ...(options as Record<string, unknown>) }).trim();
    texts.push([`# ${name}`, settle(probe, port), '---', ...lines(outcome, port), ''].join('\n'));
  }
  return texts.join('\n');
}

function lines(outcome: Outcome, port: number): readonly string[] {
  const { verdict, reason, found, expected, steps, samples } = outcome;
  return [
    `${verdict} ${reason}`,
    ...(found ? [`found     ${found}`, `expected  ${expected}`] : []),
    ...steps.map(({ text }) => `  ${text}`),
    ...samples.map(sampleLine),
  ].map((line) => settle(line, port));
}

/** Those that are the same every time, because the case decides them. */
const constant: ReadonlySet<string> = new Set([
  'probe_ip_protocol',
  'probe_http_status_code',
  'probe_http_redirects',
  'probe_http_version',
  'probe_tls_version_info',
  'probe_websocket_connection_upgraded',
  'probe_websocket_status_code',
  'probe_grpc_ssl',
  'probe_grpc_status_code',
  'probe_grpc_healthcheck_response',
  'probe_dns_query_succeeded',
  'probe_dns_answer_rrs',
  'probe_dns_authority_rrs',
  'probe_dns_additional_rrs',
  'probe_dns_serial',
]);

function sampleLine({ metric, value, labels = {} }: Sample): string {
  const expected: readonly string[] = metrics[metric].labels;
  const given = Object.keys(labels);
  if (given.join() !== expected.join())
    throw new Error(`${metric} has the labels ${given.join()}, not ${expected.join()}`);
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${metric}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${constant.has(metric) ? value : 'NUMBER'}`;
}

function settle(text: string, port: number): string {
  return text
    .replaceAll(`:${port}`, ':PORT')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'DATE')
    .replaceAll(/ca_file: \S+/g, 'ca_file: FILE');
}
