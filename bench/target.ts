import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createAuthority } from '../probes/testing/certificates.ts';
import { onPath, type Running, start, until } from './machine.ts';
import { scrape } from './scrape.ts';

/** What everybody probes: one server on every loopback address. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The name that the certificate is for; nobody resolves it. */
  readonly serverName: string;
  /** File of the authority that issued the certificate. */
  readonly caFile: string;
  /** Requests answered so far, by the target's own count: what a probe costs is divided by this and not by a claim. */
  answered(): Promise<number>;
  readonly process: Running;
}

const ports = { http: 18_080, https: 18_443, count: 18_081 } as const;
const serverName = 'target.bench.test';

/** nginx where it is installed, else a server on Node that says so. */
export async function startTarget(folder: string): Promise<Target> {
  await mkdir(folder, { recursive: true });
  for (const port of Object.values(ports)) await mustBeFree(port);
  const now = Date.now();
  const authority = await createAuthority('bench', now);
  const identity = await authority.issue({
    names: [serverName],
    notBefore: now - 86_400_000,
    notAfter: now + 30 * 86_400_000,
  });
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca);
  writeFileSync(join(folder, 'cert.pem'), identity.cert);
  writeFileSync(join(folder, 'key.pem'), identity.key);
  const nginx = onPath('nginx');
  const process = nginx ? await startNginx(nginx, folder) : await startOnNode(folder);
  await until(10_000, 'the target', () =>
    scrape(`http://127.0.0.1:${ports.count}/`).then(
      () => true,
      () => false,
    ),
  );
  return {
    name: nginx ? 'nginx' : 'a server on Node (nginx is not on PATH)',
    httpPort: ports.http,
    httpsPort: ports.https,
    serverName,
    caFile,
    // stub_status: "server accepts handled requests", a line of three numbers, of which the last counts requests.
    answered: async () => {
      const { text } = await scrape(`http://127.0.0.1:${ports.count}/`);
      return Number(/^\s*\d+\s+\d+\s+(\d+)\s*$/m.exec(text)?.[1]);
    },
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** Two benchmarks at once would measure each other. */
function mustBeFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) =>
      reject(new Error(`port ${port} is taken: is another benchmark running?`, { cause })),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

/** The address of the target that is number `i`: 127.0.1.1, 127.0.1.2, … */
export function addressOf(i: number): string {
  return `127.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`;
}

async function startNginx(program: string, folder: string): Promise<Running> {
  const file = join(folder, 'nginx.conf');
  // No session cache and no tickets: each TLS probe does a whole handshake, whoever probes.
  writeFileSync(
    file,
    `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log crit;
worker_processes 1;
worker_rlimit_nofile 65536;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ssl_certificate ${folder}/cert.pem;
  ssl_certificate_key ${folder}/key.pem;
  ssl_session_cache off;
  ssl_session_tickets off;
  default_type application/json;
  server {
    listen ${ports.http} backlog=8192;
    listen ${ports.https} ssl backlog=8192;
    allow 127.0.0.0/8;
    deny all;
    location / { return 200 '{"status":"ready"}'; }
  }
  server { listen 127.0.0.1:${ports.count}; location / { stub_status; } }
}
`,
  );
  return await start(program, ['-p', folder, '-c', file], join(folder, 'nginx.out'));
}

function startOnNode(folder: string): Promise<Running> {
  const args = [new URL('node-target.ts', import.meta.url).pathname, folder, ...Object.values(ports).map(String)];
  return start(process.execPath, args, join(folder, 'target.out'));
}
