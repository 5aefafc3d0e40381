import { once } from 'node:events';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { InhibitRule } from '../../alerts/alertmanager/inhibition.ts';
import type { Labels } from '../../alerts/alertmanager/matchers.ts';
import { muting } from '../../alerts/alertmanager/muting.ts';
import { generateAlerts } from '../../alerts/index.ts';
import { postAlerts, startAlertmanager } from '../../alerts/testing/alertmanager.ts';
import { configurations } from '../support/configurations.ts';
import { composeForTest } from '../support/generator-input.ts';
import { type InhibitionCase, inhibitionCases } from '../support/inhibition-rows.ts';
import { which } from '../support/shell.ts';

const program = (await which('prometheus-alertmanager')) ?? (await which('alertmanager'));

/** Far more than an alert takes here. */
const patienceMs = 20_000;

/** Every rule that any of the configurations generates, as it is in the file; the same one only once. */
const rules = new Map(
  configurations().flatMap(({ config }) => {
    const file = generateAlerts(config, composeForTest()).find(({ path }) => path.endsWith('/alertmanager.yaml'));
    const { inhibit_rules } = load(file?.content ?? '') as { inhibit_rules: readonly InhibitRule[] };
    return inhibit_rules.map((rule) => [JSON.stringify(rule), rule] as const);
  }),
);

/** The event recorder of Alertmanager is the witness: it names the rule by which an alert was muted, or says that it was sent. */
describe.skipIf(!program)('what mutes what (needs Alertmanager on PATH)', () => {
  test.each([...rules.values()])('$name', async (rule) => {
    const cases = inhibitionCases(rule);
    expect(cases.flatMap(({ targets }) => targets).filter(({ muted }) => muted)).not.toEqual([]);
    const seen = await Promise.all(cases.map(seenBy));
    for (const [i, { source, targets }] of cases.entries()) {
      const saw = targets.map(({ why, labels }, row) => ({ why, labels, saw: seen[i]?.[row] }));
      expect(saw).toEqual(
        targets.map(({ why, labels, muted }) => ({ why, labels, saw: muted ? sayRule(rule) : 'sent' })),
      );
      // What `plan` computes is the same.
      const all = targets.map(({ labels }) => labels);
      const muted = targets.filter((target) => target.muted).map(({ labels }) => labels);
      expect(muting([rule], all)(source).map(({ target }) => target)).toEqual(muted);
    }
  });
});

/** For each target: the rule that muted it, or that it was sent. Only the rule in question is in force. */
async function seenBy({ rule, source, targets }: InhibitionCase): Promise<readonly string[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'watchpost-inhibition-'));
  await using sink = await startSink();
  const events = join(folder.path, 'events.jsonl');
  const config = {
    event_recorder: { file_outputs: [{ path: events }] },
    // Everything in a group of its own, and time enough for the source to be known before it is decided.
    route: { receiver: 'sink', group_by: ['...'], group_wait: '500ms', group_interval: '1h' },
    receivers: [{ name: 'sink', webhook_configs: [{ url: sink.url }] }],
    inhibit_rules: [rule],
  };
  const file = join(folder.path, 'alertmanager.yaml');
  await writeFile(file, JSON.stringify(config));
  await using alertmanager = await startAlertmanager(program ?? '', file, ['event-recorder']);
  const rows = targets.map(({ labels }, i): Labels => ({ ...labels, row: String(i) }));
  await postAlerts(alertmanager.url, [source, ...rows]);
  for (const deadline = Date.now() + patienceMs; ; ) {
    // What follows the last end of a line is being written.
    const said = new Map((await readFile(events, 'utf8')).split('\n').slice(0, -1).flatMap(readEvent));
    const all = rows.map(({ row = '' }) => said.get(row) ?? 'nothing');
    if (!all.includes('nothing') || Date.now() > deadline) return all;
    await pause(100);
  }
}

/** The row that an event is about, and what it says of it. */
function readEvent(line: string): readonly (readonly [string, string])[] {
  const { data } = JSON.parse(line) as { data: EventData };
  const { inhibitionMutedAlert: muted, notification } = data;
  if (muted) {
    const [rule] = muted.inhibitRules;
    const by = (side: 'sourceMatchers' | 'targetMatchers') =>
      rule?.[side]
        .map(({ rendered }) => rendered)
        .sort()
        .join(', ');
    const equal = (rule?.equalLabels ?? []).toSorted().join(', ');
    return [[rowOf(muted.mutedAlert), `muted: ${by('sourceMatchers')} → ${by('targetMatchers')}; ${equal}`]];
  }
  return (notification?.alerts ?? []).flatMap(({ details }) => (details ? [[rowOf(details), 'sent'] as const] : []));
}

/** Alertmanager sorts what it says of a rule. */
function sayRule({ source_matchers, target_matchers, equal = [] }: InhibitRule): string {
  const by = (matchers: readonly string[]) => matchers.toSorted().join(', ');
  return `muted: ${by(source_matchers)} → ${by(target_matchers)}; ${by(equal)}`;
}

interface EventData {
  readonly inhibitionMutedAlert?: {
    readonly inhibitRules: readonly {
      readonly sourceMatchers: readonly { readonly rendered: string }[];
      readonly targetMatchers: readonly { readonly rendered: string }[];
      readonly equalLabels?: readonly string[];
    }[];
    readonly mutedAlert: RecordedAlert;
  };
  readonly notification?: { readonly alerts?: readonly { readonly details?: RecordedAlert }[] };
}

interface RecordedAlert {
  readonly labels: { readonly labels: readonly { readonly key: string; readonly value: string }[] };
}

function rowOf({ labels }: RecordedAlert): string {
  return labels.labels.find(({ key }) => key === 'row')?.value ?? 'the source';
}

/** Takes every notification: only what was delivered is recorded. */
async function startSink(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('ok')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
