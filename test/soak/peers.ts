/**
 * What the soak test probes, in a process of its own, so that what it holds is not counted: a fault server, one that speaks TLS
 * with a certificate that has expired, three that misbehave at accept, and an Alertmanager that fails half of the time.
 * Prints its ports as one line of JSON. `node peers.ts FIRST-PORT`.
 */
import { createServer } from 'node:http';
import { createAuthority } from '../../probes/testing/certificates.ts';
import { startFaultServer } from '../../probes/testing/fault-server.ts';

const first = Number(process.argv[2]);
const dayMs = 86_400_000;
const now = Date.now();
const authority = await createAuthority('soak', now);
const tls = await authority.issue({ names: ['127.0.0.1'], notBefore: now - 30 * dayMs, notAfter: now - dayMs });

await startFaultServer({ port: first });
await startFaultServer({ port: first + 1, tls });
await startFaultServer({ port: first + 2, atAccept: 'hang' });
await startFaultServer({ port: first + 3, atAccept: 'close' });
await startFaultServer({ port: first + 4, atAccept: 'reset' });
let posts = 0;
createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(posts++ % 20 < 10 ? 200 : 500).end('{}'));
}).listen(first + 5, '127.0.0.1', () => console.log(JSON.stringify({ first, ca: authority.ca })));
