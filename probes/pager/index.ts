/** Sends pages without Alertmanager: where there is none, or where its path is broken. */

import { channelsFor } from '../../stack/channels.ts';
import type { Clock } from '../model.ts';
import type { Channels } from './channels.ts';
import { sendMail } from './mail.ts';
import type { Delivery, Page } from './page.ts';
import { sendSlack } from './slack.ts';
import { messageOf, type Try } from './tries.ts';

export type { Delivery, Page } from './page.ts';
export { renderMail, renderSlack } from './render.ts';

export interface Pager {
  /**
   * To every channel of the team that hears of this severity, all at once. Never throws: what failed, after a few tries,
   * is a delivery that says why. No channel, no delivery.
   */
  send(page: Page, signal: AbortSignal): Promise<readonly Delivery[]>;
}

export interface PagerOptions {
  /** Where a team's pages go. */
  readonly channels: (team: string) => Channels;
  readonly clock: Clock;
}

export function createPager({ channels, clock }: PagerOptions): Pager {
  return {
    async send(page, signal) {
      const { slack, email } = channelsFor(page.labels.severity ?? '', channels(page.labels.team ?? ''));
      const options = { clock, signal };
      return Promise.all([
        ...(slack ? [timed('slack', () => sendSlack(slack, page, options))] : []),
        ...(email ? [timed('email', () => sendMail(email, page, options))] : []),
      ]);
    },
  };

  async function timed(channel: Delivery['channel'], send: () => Promise<Try>): Promise<Delivery> {
    const began = clock.monotonic();
    const { ok, detail } = await send().catch((error: unknown) => ({ ok: false, detail: messageOf(error) }));
    return { channel, ok, detail, durationMs: clock.monotonic() - began };
  }
}
