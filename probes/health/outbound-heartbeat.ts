import { request } from 'undici';
import type { Log } from '../export/log.ts';
import type { OwnMetrics } from '../export/own-metrics.ts';
import type { Clock, Plan } from '../model.ts';
import { NotPrivate, type SecretUrl, secretUrl } from '../pager/secret-url.ts';
import { messageOf, type Try, tryRepeatedly } from '../pager/tries.ts';

const everyMs = 60_000;
const timeoutMs = 10_000;
const name = 'the heartbeat URL';

export interface OutboundHeartbeatOptions {
  readonly clock: Clock;
  readonly plan: () => Plan;
  /** Why this service is not well, or undefined where it is. */
  readonly unhealthy: () => string | undefined;
  readonly metrics: OwnMetrics;
  readonly log: Log;
  readonly internal: (error: unknown) => void;
}

/**
 * Tells somebody outside every minute that this host lives, and only while the schedule moves: when it does not come, whoever
 * waits for it says so. The first comes a minute after the start, so that a service that dies again and again sends none.
 */
export class OutboundHeartbeat implements AsyncDisposable {
  readonly #options: OutboundHeartbeatOptions;
  readonly #stop = new AbortController();
  #timer: Disposable | undefined;
  #sending: Promise<void> | undefined;
  #fails = false;

  constructor(options: OutboundHeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#options.clock.after(everyMs, () => {
      this.#sending ??= this.#beat()
        .catch((error: unknown) => this.#options.internal(error))
        .finally(() => {
          this.#sending = undefined;
        });
      this.start();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#sending;
  }

  async #beat(): Promise<void> {
    const { plan, unhealthy, metrics, clock } = this.#options;
    const read = plan().heartbeatUrl;
    if (read === undefined) return;
    const problem = unhealthy();
    if (problem !== undefined) {
      metrics.add('watchpost_outbound_heartbeats_total', 1, { result: 'withheld' });
      this.#say(false, `it is withheld, because probes do not run: ${problem}`);
      return;
    }
    const { ok, detail } = await this.#send(read);
    if (this.#stop.signal.aborted) return;
    metrics.add('watchpost_outbound_heartbeats_total', 1, { result: ok ? 'ok' : 'failed' });
    if (ok) metrics.set('watchpost_outbound_heartbeat_last_success_timestamp_seconds', clock.now() / 1_000);
    this.#say(ok, detail);
  }

  async #send(read: NonNullable<Plan['heartbeatUrl']>): Promise<{ readonly ok: boolean; readonly detail: string }> {
    let to: ReturnType<typeof secretUrl>;
    try {
      to = secretUrl(await read(), name);
    } catch (error) {
      return { ok: false, detail: `${name} cannot be read: ${messageOf(error)}` };
    }
    if ('problem' in to) return { ok: false, detail: to.problem };
    const url = to;
    const options = { clock: this.#options.clock, signal: this.#stop.signal, timeoutMs };
    const { ok, detail } = await tryRepeatedly((signal) => get(url, signal), options);
    return { ok, detail: url.redact(detail) };
  }

  /** Once when it begins to fail, and once when it works again. */
  #say(ok: boolean, detail: string): void {
    if (ok !== this.#fails) return;
    this.#fails = !ok;
    this.#options.log.record({
      event: 'outbound_heartbeat',
      level: ok ? 'info' : 'error',
      message: ok ? 'the outbound heartbeat is taken again' : `the outbound heartbeat does not go out: ${detail}`,
    });
  }
}

/** By GET, which all of those services take. */
async function get(to: SecretUrl, signal: AbortSignal): Promise<Try> {
  const agent = to.agent();
  try {
    const { statusCode, body } = await request(to.url, { dispatcher: agent, signal });
    await body.dump();
    if (statusCode >= 200 && statusCode < 300) return { ok: true, detail: '' };
    return {
      ok: false,
      detail: `it was answered by status ${statusCode}`,
      again: statusCode >= 500 || statusCode === 429,
    };
  } catch (error) {
    if (error instanceof NotPrivate) return { ok: false, detail: error.message, again: false };
    throw error;
  } finally {
    await agent.destroy();
  }
}
