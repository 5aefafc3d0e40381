import type { Outcome, PlannedProbe, ProbeState, Transition } from '../model.ts';
import type { StateStore } from './store/store.ts';

type Down = Extract<ProbeState, { status: 'down' }>;

/** The probes that were down when the process ended, and the history of what changed. */
export class KeptStates {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** As the world was told before the process ended; undefined where it was not down, or was another alert. */
  of(probe: PlannedProbe): Down | undefined {
    const sql = 'select state from states where service = ? and probe = ? and identity = ?';
    const [row] = this.#store.read(sql, probe.service, probe.probe, identityOf(probe));
    return row && (JSON.parse(String(row.state)) as Down);
  }

  /** Forgets the probes that are no longer configured: one that comes back later begins anew. */
  retain(probes: readonly PlannedProbe[]): void {
    const planned = new Set(probes.map(({ service, probe }) => JSON.stringify([service, probe])));
    for (const { service, probe } of this.#store.read('select service, probe from states')) {
      if (planned.has(JSON.stringify([service, probe]))) continue;
      const sql = 'delete from states where service = ? and probe = ?';
      this.#store.put(['state', String(service), String(probe)], sql, String(service), String(probe));
    }
  }

  /** What the world is told from now on. Only a failure is kept: that a probe was up says nothing of now. */
  keep(probe: PlannedProbe, state: ProbeState): void {
    const { service, probe: name } = probe;
    const key = ['state', service, name];
    if (state.status !== 'down') {
      this.#store.put(key, 'delete from states where service = ? and probe = ?', service, name);
      return;
    }
    const down: Down = { status: 'down', since: state.since, outcome: plain(state.outcome) };
    const sql = 'insert or replace into states values (?, ?, ?, ?)';
    this.#store.put(key, sql, service, name, identityOf(probe), JSON.stringify(down));
  }

  changed({ probe, to, at, since, outcome }: Transition): void {
    const { service, probe: name } = probe;
    const { reason, found, expected } = outcome;
    const sql = 'insert into transitions values (?, ?, ?, ?, ?, ?, ?, ?)';
    const key = ['transition', service, name, to, at];
    this.#store.put(key, sql, Math.round(at), service, name, to, Math.round(since), reason, found, expected);
  }
}

/** What a page says of it; steps and samples belong to the run. */
export function plain({ verdict, reason, found, expected, durationMs, diagnosis }: Outcome): Outcome {
  const said = { verdict, reason, found, expected, durationMs, samples: [], steps: [] };
  return diagnosis ? { ...said, diagnosis } : said;
}

function identityOf({ target, severity, team }: PlannedProbe): string {
  return JSON.stringify([target, severity, team]);
}
