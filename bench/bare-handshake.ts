/**
 * What a TLS handshake and one request cost in Node without any prober around them:
 * `node bare-handshake.ts PORT SERVER-NAME CA-FILE TARGETS EVERY-SECONDS`. Node's own defaults: it verifies chain and name. The starts
 * fall on the grid that the probe service has, so that waking the process costs both the same.
 */
import { readFileSync } from 'node:fs';
import { connect, createSecureContext } from 'node:tls';
import { addressOf } from './target.ts';

const togetherMs = 20;
const [port = '', servername = '', caFile = '', targets = '', every = ''] = process.argv.slice(2);
const secureContext = createSecureContext({ ca: readFileSync(caFile) });
const perMs = Number(targets) / Number(every) / 1_000;
const began = performance.now();
let asked = 0;

setInterval(() => {
  for (const due = (performance.now() - began) * perMs; asked < due; asked++) ask(addressOf(asked % Number(targets)));
}, togetherMs);

function ask(host: string): void {
  const socket = connect({ host, port: Number(port), servername, secureContext, ALPNProtocols: ['http/1.1'] });
  socket.on('secureConnect', () => {
    socket.write(`GET /health HTTP/1.1\r\nhost: ${host}:${port}\r\nuser-agent: bench\r\nconnection: close\r\n\r\n`);
  });
  // The answer is short, and there is no other on this connection.
  socket.on('data', () => socket.destroy());
  socket.on('error', (error) => console.log(`${host}: ${error.message}`));
}
