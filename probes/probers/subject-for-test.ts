import { type FaultServerOptions, startFaultServer } from '../testing/fault-server.ts';

/**
 * What the conformance suite needs to know of a protocol. Each folder has one: `<kind>/subject-for-test.ts` exports
 * `subject`. Values and options are as the user writes them.
 */
export interface Subject {
  /** Names a peer on loopback that listens on the port; undefined for a prober that dials nobody. */
  readonly dials?: (port: number) => Probing;
  /** Every way in which a peer can keep this prober waiting after it has accepted. */
  readonly hangs: readonly Hang[];
  /** A peer that does all it should; what is probed passes. */
  readonly good: () => Promise<Good>;
  /** What the prober sends to a good peer, when it says so in its steps (`> GET /`): every one of them and no more. */
  readonly sends?: number;
}

export interface Probing {
  readonly value: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Hang {
  /** Where: `in the handshake`. */
  readonly name: string;
  readonly peer: () => Promise<Peer>;
  readonly dials: (port: number) => Probing;
}

/** A listener that counts. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  open(): number;
}

export interface Good extends AsyncDisposable {
  readonly probing: Probing;
  /** Requests that arrived, as the protocol counts them, where the peer can tell. */
  requests?(): number;
}

/** A peer of the fault server that hangs. */
export function hangs(
  name: string,
  peer: FaultServerOptions,
  value: (port: number) => unknown,
  options: Readonly<Record<string, unknown>> = {},
): Hang {
  return { name, peer: () => startFaultServer(peer), dials: (port) => ({ value: value(port), options }) };
}
