import type { Reason } from '../../../stack/reasons.ts';
import type { AtAccept, Behaviour, Respond } from '../fault-server.ts';

/** How a certificate is wrong, or that it is right. */
export type CertificateKind =
  | 'good'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'
  | 'unknown-authority'
  | 'incomplete-chain'
  | 'expiring'
  | 'common-name'
  | 'partial-wildcard'
  | 'weak-key'
  | 'sha-1'
  | 'excluded-name'
  | 'critical-extension';

/** What the name `hostile.example` comes to. */
export type NameKind =
  | 'good'
  | 'nxdomain'
  | 'servfail'
  | 'silent-resolver'
  | 'cname-loop'
  | 'truncated'
  | 'dead-and-good'
  | 'empty';

export interface HostileRow {
  /** What the target does. */
  readonly name: string;
  readonly kind: 'http' | 'tcp' | 'tls' | 'smtp' | 'redis' | 'postgres' | 'websocket' | 'grpc' | 'dns';
  /** By HTTP: what the fault server does with the request. */
  readonly behaviour?: Behaviour;
  /** What goes behind the behaviour, as `?…`. */
  readonly query?: string;
  /** Its own answer: to each whole request by HTTP and WebSocket, as soon as it has accepted by every other protocol. */
  readonly responds?: Respond;
  /** Before any request; `silent` does not even accept, `refused` does not listen. */
  readonly atAccept?: AtAccept | 'silent' | 'refused';
  readonly certificate?: CertificateKind;
  /** Where the name itself is the point; it leads to loopback. Default: `localhost` where there is a certificate. */
  readonly host?: string;
  /** What is agreed on by TLS: `h2`. */
  readonly alpn?: string;
  readonly resolves?: NameKind;
  /** As the user writes them beside the target. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly reason: Reason;
  /** What was expected may still come, as far as the prober knows: only its deadline ends the attempt. */
  readonly mayStillCome?: true;
  /** How many connections the target sees, where that is the point. */
  readonly connections?: number;
  /** What `curl` says of the same server, where that was tried: `200`, `(56) chunk hex-length char not a hex digit`. */
  readonly curl?: string;
  /** Why blackbox_exporter comes to another verdict. */
  readonly blackbox?: string;
}
