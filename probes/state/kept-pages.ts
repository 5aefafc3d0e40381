import type { Outcome, PlannedProbe } from '../model.ts';
import { plain } from './kept-states.ts';
import type { StateStore } from './store/store.ts';

/** What the direct pager has told of one failure. */
export interface KeptPage {
  /** When the failure began, Unix milliseconds. */
  readonly since: number;
  readonly outcome: Outcome;
  /** What was delivered, by channel. */
  readonly told: Readonly<Record<string, 'firing' | 'resolved'>>;
  /** Left out while it lasts. */
  readonly endedAt?: number;
  readonly note?: string;
}

/** Which pages were delivered: so that none is sent again after a restart, and no resolve is forgotten. */
export class KeptPages {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  of({ service, probe }: PlannedProbe): readonly KeptPage[] {
    const rows = this.#store.read('select told from told where service = ? and probe = ?', service, probe);
    return rows.map(({ told }) => JSON.parse(String(told)) as KeptPage);
  }

  /** Written at once: what was delivered must not be delivered again. */
  put({ service, probe }: PlannedProbe, page: KeptPage): void {
    const text = JSON.stringify({ ...page, outcome: plain(page.outcome) });
    const key = ['told', service, probe, page.since];
    this.#store.put(
      key,
      'insert or replace into told values (?, ?, ?, ?)',
      service,
      probe,
      Math.round(page.since),
      text,
    );
    this.#store.flush();
  }

  remove({ service, probe }: PlannedProbe, since: number): void {
    const sql = 'delete from told where service = ? and probe = ? and since = ?';
    this.#store.put(['told', service, probe, since], sql, service, probe, Math.round(since));
  }
}
