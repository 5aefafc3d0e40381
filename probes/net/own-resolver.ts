import { isPrivateHost } from '../../stack/private-host.ts';
import { codeOf } from './failure.ts';
import type { NameServers } from './name-servers.ts';

interface Asked {
  readonly at: number;
  readonly state: Promise<State>;
  known?: State;
}

type State = 'answers' | 'cut off' | 'silent';

/**
 * Whether the name servers of this machine work: what tells a name that fails (the target's doing) from a resolver that
 * does (ours). They are asked for the servers of the root, which depends on no target, once for all who want to know at the
 * same time. For a public name `SERVFAIL` counts as no answer: a server that cannot even find the root is cut off. For a
 * name of the own network it counts as one: Docker's server says so of a stopped container where it has nobody to ask further.
 */
export class OwnResolver {
  readonly #servers: NameServers;
  #asked: Asked | undefined;

  constructor(servers: NameServers) {
    this.#servers = servers;
  }

  async answers(host: string): Promise<boolean> {
    return isEnough(await this.#ask().state, host);
  }

  /** As far as it is known by now: of an answer that is out nothing is. */
  hasAnswered(host: string): boolean {
    return this.#asked?.known !== undefined && isEnough(this.#asked.known, host);
  }

  #ask(): Asked {
    const now = performance.now();
    if (this.#asked && (this.#asked.known === undefined || now - this.#asked.at < freshMs)) return this.#asked;
    const asked: Asked = { at: now, state: this.#servers.askForRoot().then(() => 'answers', stateOf) };
    void asked.state.then((state) => {
      asked.known = state;
    });
    this.#asked = asked;
    return asked;
  }
}

/** Less than the second after which a fail is checked again: that one must not be judged by the same answer. */
const freshMs = 500;

function stateOf(error: unknown): State {
  switch (codeOf(error)) {
    case 'EREFUSED':
      return 'answers';
    case 'ESERVFAIL':
      return 'cut off';
    default:
      return 'silent';
  }
}

function isEnough(state: State, host: string): boolean {
  return state === 'answers' || (state === 'cut off' && isPrivateHost(host));
}
