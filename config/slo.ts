import { metricsRetention } from '../stack/arguments.ts';
import { formatDuration, parseDuration, sayDuration } from '../stack/duration.ts';
import { burnTiers } from '../stack/slo.ts';
import type { Fault, Path } from './fault.ts';
import * as field from './fields.ts';
import { asMap, member, type RawMap } from './raw.ts';
import { timing } from './timing.ts';
import type { YamlTree } from './yaml-tree.ts';

const dayMs = 86_400_000;
const metricsRetentionMs = parseDuration(metricsRetention) ?? 0;
const { fast } = burnTiers;
/** Fewer failed runs than this in an hour are chance. */
const fewest = 3;
/** A short window must hold this many runs of the service, or it is empty as often as not. */
const inShortWindow = 2;
const windowSchema = field.duration('1d', '90d');

/** Objectives that would page for nothing, or never, or be computed from what is not there any more. */
export function sloFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const services = Object.entries(asMap(member(document, 'services')));
  return services.flatMap(([name, service]) => {
    const slo = member(service, 'slo');
    const path = ['services', name, 'slo'];
    const runs = runsOf(service, document);
    return [
      ...windowFaults(member(slo, 'window'), [...path, 'window'], tree),
      ...ratioFaults(member(slo, 'availability'), runs, [...path, 'availability'], tree),
      ...ratioFaults(member(member(slo, 'latency'), 'for'), runs, [...path, 'latency', 'for'], tree),
      ...(slo !== undefined && runs.count === 0
        ? [
            fault(
              tree,
              path,
              'an objective is judged by the probes of its service, and this one has none',
              'add a probe',
            ),
          ]
        : []),
    ];
  });
}

interface Runs {
  readonly count: number;
  readonly perHour: number;
}

/** How often the probes of a service run, all together. */
function runsOf(service: unknown, document: RawMap): Runs {
  const probes = Object.values(asMap(member(service, 'probes'))).filter((probe) => !('heartbeat' in asMap(probe)));
  const perHour = probes
    .map((probe) => 3_600_000 / timing(probe, member(document, 'defaults')).everyMs)
    .reduce((sum, runs) => sum + runs, 0);
  return { count: probes.length, perHour };
}

function windowFaults(written: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  const window = windowSchema.safeParse(written);
  if (!window.success || window.data + dayMs <= metricsRetentionMs) return [];
  return [
    fault(
      tree,
      path,
      `a window of ${String(written)} needs metrics for a day longer, and they are kept for ${metricsRetention}`,
      `write at most ${(metricsRetentionMs - dayMs) / dayMs}d`,
    ),
  ];
}

function ratioFaults(written: unknown, { count, perHour }: Runs, path: Path, tree: YamlTree): readonly Fault[] {
  const ratio = field.percentage.safeParse(written);
  if (!ratio.success || count === 0) return [];
  const budget = 1 - ratio.data;
  const text = String(written);
  if (fast.factor * budget >= 1) {
    const least = Math.ceil((1 - 1 / fast.factor) * 1_000) / 10;
    const message = `with an objective of ${text} not even a total outage spends the budget ${fast.factor} times too fast: the alert for it could never fire`;
    return [fault(tree, path, message, `at least ${least}%`)];
  }
  if (perHour * (fast.shortMs / fast.longMs) < inShortWindow) {
    const message = `its probes run ${sayRate(perHour)}, too seldom for a window of ${sayDuration(fast.shortMs)}`;
    return [fault(tree, path, message, 'a burn rate needs a probe that runs every 2m or more often')];
  }
  const failures = Math.floor(fast.factor * budget * perHour) + 1;
  if (failures >= fewest) return [];
  const enough = Math.ceil((fewest - 1) / (fast.factor * budget));
  const message = `with an objective of ${text} ${failures === 1 ? 'one failed run' : `${failures} failed runs`} in an hour would page: its probes run ${sayRate(perHour)}`;
  const hint = `probe it every ${formatDuration(Math.floor(3_600 / enough) * 1_000)} or more often, or choose a lower objective`;
  return [fault(tree, path, message, hint)];
}

function sayRate(perHour: number): string {
  const times = Math.round(perHour * 10) / 10;
  return times === 1 ? 'once an hour' : `${times} times an hour`;
}

function fault(tree: YamlTree, path: Path, message: string, hint: string): Fault {
  return { span: tree.span(path), path, message, hint };
}
