import { randomBytes } from 'node:crypto';
import type { Beat, Beats, Clock, Memory, PlannedProbe, ProbeId } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';
import type { StateStore } from './store/store.ts';

interface Kept {
  fingerprint: string;
  text: string | undefined;
  /** Undefined until somebody asks: then the waiting begins. */
  beats: Beats | undefined;
}

/** What is kept for each probe from run to run; over restarts too where there is a store. */
export class Memories {
  readonly #kept = new ProbeMap<Kept>();
  readonly #tokens = new Map<string, ProbeId>();
  readonly #tokenOf = new ProbeMap<string>();
  readonly #clock: Clock;
  readonly #store: StateStore | undefined;

  constructor(options: { readonly clock: Clock; readonly store?: StateStore | undefined }) {
    this.#clock = options.clock;
    this.#store = options.store;
    for (const { service, probe, fingerprint, kept } of this.#store?.read('select * from memories') ?? []) {
      const { text, beats }: Pick<Kept, 'text' | 'beats'> = JSON.parse(String(kept));
      this.#kept.set(
        { service: String(service), probe: String(probe) },
        { fingerprint: String(fingerprint), text, beats: beats && withLast(beats) },
      );
    }
    for (const { service, probe, token } of this.#store?.read('select * from tokens') ?? []) {
      this.#know({ service: String(service), probe: String(probe) }, String(token));
    }
  }

  /** Takes on the tokens that the configuration gives; the ones that they replace are good for nothing any more. */
  configure(probes: readonly PlannedProbe[]): void {
    for (const probe of probes) if (probe.token) this.#know(probe, probe.token.reveal());
  }

  /** The memory of a probe as it is configured. What its prober remembered is forgotten where its options have changed. */
  of(probe: PlannedProbe): Memory {
    const kept = this.#keptOf(probe);
    if (kept.fingerprint !== probe.fingerprint) {
      kept.text = undefined;
      kept.fingerprint = probe.fingerprint;
    }
    return {
      recall: () => kept.text,
      remember: (text) => {
        if (text === kept.text) return;
        kept.text = text;
        this.#put(probe, kept);
      },
      beats: () => this.#beatsOf(probe, kept),
    };
  }

  /** A job reports. False where it could not be written: then it is kept in memory, and the job should try again. */
  report(probe: PlannedProbe, kind: 'started' | 'success' | 'failure', beat: Beat): boolean {
    const kept = this.#keptOf(probe);
    const beats = this.#beatsOf(probe, kept);
    const ended = kind === 'started' ? undefined : { started: undefined };
    const last = kind === 'started' ? beats.last : kind;
    const { started, ...rest } = { ...beats, ...(last && { last }), ...ended, [kind]: beat };
    kept.beats = started ? { ...rest, started } : rest;
    this.#put(probe, kept);
    // On disk before the job is told so.
    return this.#store?.flush() ?? true;
  }

  /** What a job proves itself with: made once, at random. */
  tokenOf(id: ProbeId): string {
    const known = this.#tokenOf.get(id);
    if (known !== undefined) return known;
    const token = randomBytes(16).toString('hex');
    this.#know(id, token);
    const { service, probe } = id;
    this.#store?.put(
      ['token', service, probe],
      'insert or replace into tokens values (?, ?, ?)',
      service,
      probe,
      token,
    );
    return token;
  }

  /** Whose token this is. */
  withToken(token: string): ProbeId | undefined {
    return this.#tokens.get(token);
  }

  #know(id: ProbeId, token: string): void {
    const before = this.#tokenOf.get(id);
    if (before !== undefined) this.#tokens.delete(before);
    this.#tokens.set(token, id);
    this.#tokenOf.set(id, token);
  }

  #keptOf(probe: PlannedProbe): Kept {
    const known = this.#kept.get(probe);
    if (known) return known;
    const fresh: Kept = { fingerprint: probe.fingerprint, text: undefined, beats: undefined };
    this.#kept.set(probe, fresh);
    return fresh;
  }

  #beatsOf(probe: ProbeId, kept: Kept): Beats {
    const now = this.#clock.now();
    const beats = kept.beats ? notToCome(kept.beats, now) : { awaitedSince: now };
    if (beats !== kept.beats) {
      kept.beats = beats;
      this.#put(probe, kept);
    }
    return beats;
  }

  #put({ service, probe }: ProbeId, { fingerprint, text, beats }: Kept): void {
    const sql = 'insert or replace into memories values (?, ?, ?, ?)';
    this.#store?.put(['memory', service, probe], sql, service, probe, fingerprint, JSON.stringify({ text, beats }));
  }
}

/**
 * The clock was ahead when some of it was stored: that counts as of now, and grows old from now on. Without this a success
 * dated next year would keep its job well until then.
 */
function notToCome(beats: Beats, now: number): Beats {
  const { awaitedSince, started, success, failure } = beats;
  const isToCome = (at: number | undefined) => at !== undefined && at > now;
  if (![awaitedSince, started?.at, success?.at, failure?.at].some(isToCome)) return beats;
  const dated = (beat: Beat) => ({ ...beat, at: Math.min(beat.at, now) });
  return {
    ...beats,
    awaitedSince: Math.min(awaitedSince, now),
    ...(started && { started: dated(started) }),
    ...(success && { success: dated(success) }),
    ...(failure && { failure: dated(failure) }),
  };
}

/** An earlier version did not store which of them was the last. */
function withLast(beats: Beats): Beats {
  const { last, success, failure } = beats;
  if (last !== undefined || !(success || failure)) return beats;
  const isFailure = failure !== undefined && failure.at >= (success?.at ?? 0);
  return { ...beats, last: isFailure ? 'failure' : 'success' };
}
