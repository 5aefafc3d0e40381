import type { Outcome, ProbeId } from '../model.ts';
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
  /** What the fallback pager knows of it besides; the pager without an Alertmanager needs none of it. */
  readonly letter?: KeptLetter;
}

export interface KeptLetter {
  /** Enough to say which alert it is, where the configuration no longer has it. */
  readonly target: string;
  readonly severity: string;
  readonly team: string;
  readonly byQuorum: boolean;
  /** Whether it is for this service to tell, and since when, Unix milliseconds. */
  readonly direct: boolean;
  readonly directAt: number;
  /** When Alertmanager took it, Unix milliseconds, and whether it is known to have delivered since. */
  readonly takenAt?: number;
  readonly proven: boolean;
}

/** Which pages were delivered: so that none is sent again after a restart, and no resolve is forgotten. */
export class KeptPages {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  of({ service, probe }: ProbeId): readonly KeptPage[] {
    const rows = this.#store.read('select told from told where service = ? and probe = ?', service, probe);
    return rows.map(({ told }) => JSON.parse(String(told)) as KeptPage);
  }

  /** Of every probe, those too that are no longer configured. */
  all(): readonly (ProbeId & { readonly page: KeptPage })[] {
    return this.#store.read('select service, probe, told from told').map(({ service, probe, told }) => ({
      service: String(service),
      probe: String(probe),
      page: JSON.parse(String(told)) as KeptPage,
    }));
  }

  /** Written at once: what was delivered must not be delivered again. `later`: with the other changes of this half second. */
  put({ service, probe }: ProbeId, page: KeptPage, when: 'now' | 'later' = 'now'): void {
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
    if (when === 'now') this.#store.flush();
  }

  remove({ service, probe }: ProbeId, since: number): void {
    const sql = 'delete from told where service = ? and probe = ? and since = ?';
    this.#store.put(['told', service, probe, since], sql, service, probe, Math.round(since));
  }
}
