/** The target where there is no nginx: `node node-target.ts FOLDER HTTP-PORT HTTPS-PORT COUNT-PORT`. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';

const [folder = '', http, https, count] = process.argv.slice(2);
let answered = 0;
const answer: RequestListener = (_, response) => {
  answered++;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ready"}');
};
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
// On every loopback address, which on Linux no other bind than this one covers.
createServer(answer).listen({ port: Number(http), host: '0.0.0.0', backlog: 8_192 });
createSecureServer({ cert: read('cert.pem'), key: read('key.pem') }, answer).listen({
  port: Number(https),
  host: '0.0.0.0',
  backlog: 8_192,
});
// In the words of nginx's stub_status, so that whoever counts need not know which of the two it asks.
createServer((_, response) => response.end(`requests\n ${answered} ${answered} ${answered} \n`)).listen(
  Number(count),
  '127.0.0.1',
);
