/** The nouns of the probe service. */

import type { Dependencies } from '../stack/dependencies.ts';
import type { Severity } from '../stack/labels.ts';
import type { Urls } from '../stack/links.ts';
import type { MaintenanceWindow } from '../stack/maintenance.ts';
import type { MetricName } from '../stack/metrics.ts';
import type { Reason, Verdict } from '../stack/reasons.ts';
import type { Secret, Variables } from '../stack/secret.ts';
import type { HostPort } from './net/host-port.ts';
import type { Channels } from './pager/channels.ts';

/** Which probe: a probe's name is unique only within its service. Never join these into one key with a separator. */
export interface ProbeId {
  readonly service: string;
  readonly probe: string;
}

/** One value for the metric named; labels besides `service`, `probe`, `target`, `location`. */
export interface Sample {
  readonly metric: MetricName;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A step of a run, for people: `/debug` shows them in order. */
export interface Step {
  /** Milliseconds since the attempt began. */
  readonly atMs: number;
  readonly text: string;
}

/** What one attempt came to. A prober returns it and never throws for anything the target did. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly reason: Reason;
  /** Whole phrases, redacted, one line, at most 160 characters: `status 503` / `status 200`. Empty on a pass. */
  readonly found: string;
  readonly expected: string;
  /** From the start of the attempt to its end. */
  readonly durationMs: number;
  readonly samples: readonly Sample[];
  readonly steps: readonly Step[];
  /**
   * What can be compared with another run, for people: `addresses`, `certificate`, `server`, `version`, `size`. Redacted,
   * short. Left out where nothing was learnt. The difference between the last good and the first bad run is made of these.
   */
  readonly traits?: Readonly<Record<string, string>>;
  /** The host that the attempt dialled last: on a fail, the one that it failed at. Left out where it dialled nobody. */
  readonly dialled?: DialledHost;
  /** What was found out about a fail once it was confirmed; no prober fills this in. */
  readonly diagnosis?: Diagnosis;
  /** Where the attempt was traced: its span. No prober fills this in. */
  readonly span?: SpanId;
}

/** For programs, and never shown: the host is as it was dialled, not redacted. */
export interface DialledHost {
  /** A name or an address. */
  readonly host: string;
  /** What the name resolved to; empty where it did not, or where the host is an address. */
  readonly addresses: readonly string[];
}

/** A span of a trace, as OTLP names it: 32 and 16 hexadecimal digits. */
export interface SpanId {
  readonly traceId: string;
  readonly spanId: string;
}

/** In words, one line each, redacted; empty where nothing was found. */
export interface Diagnosis {
  /** What came of trying it otherwise: `2 of 3 addresses pass; 10.0.0.7: the connection was refused`. */
  readonly tried: string;
  /** What is different from the last good run: `since the last good run 12 s before: version 1.4.2 → 1.4.3`. */
  readonly changed: string;
}

/** A run that is traced. */
export interface RunTrace {
  /** An attempt begins. */
  attempt(): TracedAttempt;
  /** No attempt follows. */
  end(): void;
}

export interface TracedAttempt {
  readonly span: SpanId;
  /** For the target: https://www.w3.org/TR/trace-context/ */
  readonly traceparent: string;
  ended(outcome: Outcome): void;
}

/** Where spans go. */
export interface TracePlan {
  /** Base of an OTLP endpoint, without a slash at its end; spans go to `<url>/v1/traces`. */
  readonly url: string;
  /** The share of the runs that is traced, 0 to 1. */
  readonly sample: number;
  /** Read when they are needed. They may be secret. */
  readonly headers?: () => Promise<Record<string, string>>;
}

/** What a prober is given for one attempt. */
export interface Run {
  /** Aborts at the deadline or when the service stops. The prober then closes all it opened and returns. */
  readonly signal: AbortSignal;
  /**
   * Calls back when `signal` aborts, at once where it has, until what it returns is called. Who asks by `whenAborted` gets it where
   * there is one: most runs then need no signal at all, which is a tenth of what a run costs.
   */
  readonly onAbort?: (callback: () => void) => () => void;
  /**
   * Takes the processor time that a handler of this attempt has just used, in milliseconds: a stall of the event loop that the
   * attempt caused itself is no excuse for its fail.
   */
  readonly worked?: (ms: number) => void;
  /** The attempt's time limit; a fail by it names the phase that did not end. */
  readonly timeoutMs: number;
  /** Where the attempt is traced: what a protocol with headers sends along. */
  readonly traceparent?: string | undefined;
  /** Names to addresses: hosts file, search domains, Docker's names, the stack's own parts. */
  readonly resolve: Resolve;
  /** Unix time in milliseconds, by the clock of the service. */
  readonly now: () => number;
  /** What the service keeps for this probe from run to run. */
  readonly memory: Memory;
  /** Values of the variables in the probe's options; left out where there are none. */
  readonly variables?: Variables;
}

/**
 * What is kept for one probe between its runs, over restarts too where the service has a data folder. It belongs to the
 * probe, not to an attempt: a prober that writes at every run is called for one run at a time.
 */
export interface Memory {
  /** What was last remembered; undefined at first, and after the probe's options have changed. */
  recall(): string | undefined;
  /** Replaces it. Short: it is written to disk. */
  remember(text: string): void;
  /** What was reported to the probe by a job (`heartbeat`). */
  beats(): Beats;
}

/** A report by a job: that it has begun, succeeded or failed. */
export interface Beat {
  /** Unix milliseconds, by the clock of the service. */
  readonly at: number;
  /** As the job said, in milliseconds, or from its `start` to this. */
  readonly durationMs?: number;
  /** The job's own words, redacted, one line. */
  readonly message?: string;
}

export interface Beats {
  /** Which of the two arrived last, whatever their times say. Left out where neither has arrived. */
  readonly last?: 'success' | 'failure';
  /** Since when the first beat is awaited: when the probe was first seen, over restarts. Unix milliseconds. */
  readonly awaitedSince: number;
  readonly started?: Beat;
  readonly success?: Beat;
  readonly failure?: Beat;
}

export interface Resolve {
  (host: string, family: 4 | 6 | 'any', signal: AbortSignal): Promise<readonly Address[]>;
  /** Drops what is kept of the name, so that the next who asks gets a new answer. Called when its addresses did not answer. */
  readonly forget?: (host: string) => void;
}

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The time, as an argument: the system's in production, one turned by hand in tests. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds that only go forward, with a fraction. */
  monotonic(): number;
  /** Calls back once after `ms`. Disposing it cancels. */
  after(ms: number, callback: () => void): Disposable;
}

/** A probe bound to its prober and options: all that the scheduler, the state and the exporters see of it. */
export interface PlannedProbe extends ProbeId {
  readonly kind: string;
  /** What is probed, redacted: a label. */
  readonly target: string;
  /** What it dials, as configured; empty where it dials nobody. */
  readonly endpoints: readonly HostPort[];
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly confirm: number;
  readonly recover: number;
  readonly severity: Severity;
  /** Its runs count for an objective of its service; left out where that has none for availability. */
  readonly hasAvailability?: boolean;
  /** A pass that takes longer is a slow one, for the objective of its service; left out where that has none. */
  readonly fastWithinMs?: number;
  readonly team: string;
  /** The service's own labels. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Equal in two plans exactly when `run` would do the same in both: a digest of the prober's options, secrets included.
   * A reload leaves a probe running whose fingerprint and fields have not changed.
   */
  readonly fingerprint: string;
  readonly run: (run: Run) => Promise<Outcome>;
  /** Other locations probe it too: a rule over all of them pages, and the fast path does not. */
  readonly byQuorum: boolean;
  /** Jobs report to it, by a URL of its own. */
  readonly awaitsBeats: boolean;
  /** A GET is no report: something follows every link. */
  readonly beatsByPostOnly?: boolean;
  /** What they prove themselves with; left out where it is made at random. */
  readonly token?: Secret;
  /** The same probe done otherwise, for a diagnosis: `without verifying the certificate`. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** What is different, in words that follow the probe's name. */
  readonly name: string;
  readonly run: (run: Run) => Promise<Outcome>;
}

/** Everything the service needs of the configuration. Made by the caller; the service knows no file format. */
export interface Plan {
  /** SHA-256 of the configuration text, hex. */
  readonly hash: string;
  readonly stack: string;
  readonly environment: string;
  readonly location: string;
  readonly urls: Urls;
  readonly probes: readonly PlannedProbe[];
  /** What is always reachable where the uplink works; empty where the user named none. */
  readonly references: readonly HostPort[];
  readonly dependencies: Dependencies;
  readonly maintenance: readonly MaintenanceWindow[];
  /** What whoever reports a deploy must show; left out where whoever reaches the port may. */
  readonly deployToken?: Secret;
  /** Left out where nothing is traced. */
  readonly traces?: TracePlan;
  /** What is asked for every minute, so that somebody outside knows that this host lives. Read when it is needed. */
  readonly heartbeatUrl?: () => Promise<Secret>;
  readonly notify: { readonly default: Channels; readonly teams: Readonly<Record<string, Channels>> };
}

/** The state of a probe as the hysteresis sees it. `since` is when the first failing run began, Unix milliseconds. */
export type ProbeState =
  | { readonly status: 'unknown' | 'up' }
  | { readonly status: 'down'; readonly since: number; readonly outcome: Outcome };

/** A change that counts: confirmed, and held back for its parents where it had to be. */
export interface Transition {
  readonly probe: PlannedProbe;
  readonly to: 'down' | 'up';
  /** Unix milliseconds: when the first failing run began (down), when the pass that ended it ended (up). */
  readonly at: number;
  /** For `up`: since when it had been down. */
  readonly since: number;
  readonly outcome: Outcome;
}
