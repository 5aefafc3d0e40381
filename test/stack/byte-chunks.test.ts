import { type AddressInfo, createServer } from 'node:net';
import { GenericContainer, Wait } from 'testcontainers';
import { expect, test } from 'vitest';
import { forEver } from '../../probes/testing/hostile/pieces.ts';
import { imageOf, missing } from '../support/found.ts';
import { must } from '../support/shell.ts';
import { hostName } from '../support/stack.ts';

const lacking = missing(['watchpost']);
const names = ['one', 'two', 'three', 'four'] as const;

/** A web server whose body never ends and comes in chunks of one byte; it listens where containers reach it. */
async function startChunks() {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        forEver(socket, '1\r\nx\r\n');
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test.skipIf(lacking)(
  `four probes of bodies in chunks of one byte live in 512 MB, and say that it fails${lacking ? ` (${lacking})` : ''}`,
  { timeout: 180_000 },
  async ({ annotate }) => {
    await using target = await startChunks();
    const probes = names.map((name) => `      ${name}: { http: "http://${hostName}:${target.port}/${name}" }\n`);
    const content = `stack: test\nservices:\n  shop:\n    probes:\n${probes.join('')}`;
    const started = await new GenericContainer(imageOf('watchpost'))
      .withCommand(['serve', '--config', '/tmp/watchpost.yaml', '--listen', '0.0.0.0:9815'])
      .withCopyContentToContainer([{ content, target: '/tmp/watchpost.yaml', mode: 0o644 }])
      .withExtraHosts([{ host: hostName, ipAddress: 'host-gateway' }])
      .withResourcesQuota({ memory: 0.5 })
      .withExposedPorts(9815)
      .withWaitStrategy(Wait.forHttp('/-/ready', 9815))
      .start();
    await using _container = { [Symbol.asyncDispose]: async () => void (await started.stop()) };
    const metrics = async () =>
      await (await fetch(`http://${started.getHost()}:${started.getMappedPort(9815)}/metrics`)).text();

    // A fail of each that its re-checks repeated, and two more runs of the grid.
    const down = /^watchpost_probe_down\{.* 1$/gm;
    await expect.poll(async () => (await metrics()).match(down)?.length, { timeout: 90_000, interval: 1_000 }).toBe(4);
    const failedTwice = /^watchpost_probe_runs_total\{.*verdict="fail".*\} (?:[3-9]|\d\d)/gm;
    await expect
      .poll(async () => (await metrics()).match(failedTwice)?.length, { timeout: 60_000, interval: 1_000 })
      .toBe(4);
    const { OOMKilled, Running } = JSON.parse(
      await must('docker', ['inspect', '--format', '{{json .State}}', started.getId()]),
    );
    expect({ OOMKilled, Running }).toEqual({ OOMKilled: false, Running: true });
    const [, resident = ''] = /^process_resident_memory_bytes (\S+)$/m.exec(await metrics()) ?? [];
    await annotate(`${Math.round(Number(resident) / 1e6)} MB resident`);
    expect(Number(resident)).toBeLessThan(400_000_000);
    expect(await metrics()).not.toMatch(/reason="(?:internal|event_loop)"\} [1-9]/);
  },
);
