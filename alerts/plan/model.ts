import type { Channels } from '../../config/model.ts';
import type { Mute } from './mutes.ts';
import type { Times } from './times.ts';

/** Where a page goes: `{ kind: 'slack', to: '#alerts' }`. Without a channel of its own Slack's `to` is empty. */
export interface Heard {
  readonly kind: keyof Channels;
  readonly to: string;
}

interface Planned extends Times {
  readonly severity: string;
  readonly team: string;
  /** From the mending, or from when the alert's metric is right again, to the message that says so. */
  readonly over: Times;
  /** Alertmanager's receiver. */
  readonly receiver: string;
  /** Empty: nobody hears of it but the log of the probe service. */
  readonly channels: readonly Heard[];
  /** A page that begins outside the office hours waits for them. */
  readonly inOfficeHours: boolean;
  /** What nobody is told of meanwhile. */
  readonly mutes: readonly Mute[];
}

/** A probe, and how long after a fault that answers at once (a refusal, a status 500) it pages. */
export interface ProbePlan extends Planned {
  readonly service: string;
  readonly probe: string;
  /** … and after one that hangs, so that each attempt uses up its time limit. Left out where the probe awaits a job's report. */
  readonly worstHangingMs?: number;
}

/** An alert, and how long after the fault is in a metric it pages. ProbeDown is what probes page by, and Watchdog pages nobody: neither is among them. */
export interface AlertPlan extends Planned {
  readonly alert: string;
  /** Left out where it may be about any. */
  readonly service?: string;
  readonly slo?: string;
}

/** What somebody should know before it happens. */
export interface PlanWarning {
  readonly service: string;
  readonly text: string;
}

export interface PagePlan {
  /** In file order. */
  readonly probes: readonly ProbePlan[];
  readonly alerts: readonly AlertPlan[];
  /** The one page for many services that fail at once. Left out where there are too few of them. */
  readonly manyServices?: Pick<Planned, 'receiver' | 'channels' | 'mutes'>;
  readonly warnings: readonly PlanWarning[];
}
