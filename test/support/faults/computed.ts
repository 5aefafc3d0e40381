import { alertRules, planPages } from '../../../alerts/index.ts';
import type { Config } from '../../../config/index.ts';
import type { Channel, FaultCase } from './fault-case.ts';
import { agePace, type Pace, shortened } from './shortened.ts';

/** What `watchpost plan` says of a case. */
export interface Computed {
  /** The longest time from the fault to its page, with what a rule waits for as short as in the suite. */
  readonly worstMs: number;
  /** Who hears of it. */
  readonly channels: readonly Channel[];
}

export function computed(config: Config, own: FaultCase, pace: Pace): Computed {
  const { alert, subject, hangs, share = 1, isAge = false, lateMs = 0 } = own;
  const { probes, alerts } = planPages(config);
  if (alert === 'ProbeDown') {
    const planned = probes.find(({ service, probe }) => service === subject.service && probe === subject.probe);
    if (!planned) throw new Error(`nothing is planned for ${subject.service}/${subject.probe}`);
    const worstMs = hangs ? planned.worstHangingMs : planned.worstMs;
    return { worstMs: worstMs ?? Number.NaN, channels: channels(planned) };
  }
  const isIt = (one: { readonly service?: string; readonly slo?: string }) =>
    (one.service === undefined || one.service === subject.service) &&
    (one.slo === undefined || one.slo === subject.slo);
  const planned = alerts.find((one) => one.alert === alert && isIt(one));
  const rule = alertRules.find((own) => own.alert === alert);
  if (!planned || !rule) throw new Error(`nothing is planned for ${alert}`);
  const holdsMs = Math.max(
    ...rule
      .sightings(config)
      .filter(isIt)
      .map(({ worstMs }) => worstMs),
  );
  const { forMs } = rule;
  const waitsMs = shortened(forMs, pace) + shortened(holdsMs / share, isAge ? agePace : pace);
  return { worstMs: planned.worstMs - forMs - holdsMs + waitsMs + lateMs, channels: channels(planned) };
}

function channels({
  channels: heard,
}: {
  readonly channels: readonly { readonly kind: string }[];
}): readonly Channel[] {
  return [...new Set(heard.map(({ kind }): Channel => (kind === 'slack' ? 'slack' : 'mail')))];
}
