import { Agent, request } from 'undici';
import type { Clock } from '../model.ts';

const timeoutMs = 3_000;

/** What a component answered, or why it did not. */
export type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string };

/** Asks a component of the stack over HTTP, on a connection of its own: a kept one may be a dead one. Never throws. */
export class Asker implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #agent = new Agent({ pipelining: 0, connect: { timeout: timeoutMs } });
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async ask(base: string, path: string, post?: unknown): Promise<Answer> {
    const limit = new AbortController();
    using _timer = this.#clock.after(timeoutMs, () => limit.abort());
    try {
      const { statusCode, body } = await request(`${base.replace(/\/+$/, '')}${path}`, {
        dispatcher: this.#agent,
        signal: AbortSignal.any([limit.signal, this.#stop.signal]),
        ...(post !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(post),
        }),
      });
      const text = await body.text();
      if (statusCode >= 200 && statusCode < 300) return { ok: true, text };
      return { ok: false, detail: `status ${statusCode}` };
    } catch (error) {
      if (limit.signal.aborted) return { ok: false, detail: `no answer within ${timeoutMs / 1_000} s` };
      return { ok: false, detail: (error instanceof Error && error.message) || String(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#agent.destroy();
  }
}
