import { dns } from './dns/dns.ts';
import { file } from './file/file.ts';
import { flow } from './flow/flow.ts';
import { grpc } from './grpc/grpc.ts';
import { heartbeat } from './heartbeat/heartbeat.ts';
import { http } from './http/http.ts';
import { icmp } from './icmp/icmp.ts';
import { postgres } from './postgres/postgres.ts';
import type { Prober } from './prober.ts';
import { redis } from './redis/redis.ts';
import { smtp } from './smtp/smtp.ts';
import { tcp } from './tcp/tcp.ts';
import { tls } from './tls/tls.ts';
import { websocket } from './websocket/websocket.ts';

/** Every protocol. The schema of watchpost.yaml, the reference and the conformance tests derive from this list. */
export const probers = [
  dns,
  file,
  flow,
  grpc,
  heartbeat,
  http,
  icmp,
  postgres,
  redis,
  smtp,
  tcp,
  tls,
  websocket,
] as const satisfies readonly Prober[];
