import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { portOwners, sayPortOwners } from './port-owner.ts';

async function listening(host: string) {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}

for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
  test(`names this very process as the owner of a port on ${host}`, async () => {
    await using server = await listening(host);
    const [owner] = portOwners([server.port]);
    expect(owner).toMatchObject({ port: server.port, pid: process.pid });
    expect(sayPortOwners([{ port: server.port, pid: 7, name: 'prometheus' }], () => 'Prometheus').split('\n')).toEqual([
      '1 port taken; nothing was started:',
      `  port ${server.port}, which Prometheus needs, is taken by prometheus (pid 7)`,
      "Debian's packages start a daemon of their own: `systemctl disable --now NAME` stops it, or give our part another port: natively by --port PART=N, with Compose in compose.override.yaml.",
    ]);
  });
}

test('a port on another address of this host, and a free one, are not taken', async () => {
  await using server = await listening('127.0.0.2');
  expect(portOwners([server.port])).toEqual([]);
});

test('an owner that the kernel does not tell is another user’s process', () => {
  expect(sayPortOwners([{ port: 9090 }], () => 'Prometheus')).toContain(
    "port 9090, which Prometheus needs, is taken by another user's process (root may see which)",
  );
});
