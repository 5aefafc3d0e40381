import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../probes/model.ts';
import { imageOf, missing } from '../../support/found.ts';
import { must } from '../../support/shell.ts';

/** The prober `icmp` as it runs in our image: no capability, no new privileges, a user without a name. */

const without = missing(['watchpost']);
const why = without ? ` (skipped: ${without})` : '';

const closed = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '65532'];

/** One attempt inside a container. */
async function attemptInImage(address: string, docker: readonly string[] = []): Promise<Outcome> {
  const program = `
    import { icmp } from '/app/probes/probers/icmp/icmp.ts';
    const timeoutMs = 8000;
    const outcome = await icmp.probe(${JSON.stringify(address)}, icmp.options.parse({}), {
      signal: AbortSignal.timeout(timeoutMs),
      timeoutMs,
      resolve: async (address) => [{ address, family: 4 }],
      now: Date.now,
    });
    console.log(JSON.stringify(outcome));`;
  const node = ['--entrypoint', 'node', imageOf('watchpost'), '--input-type=module', '--eval', program];
  return JSON.parse(await must('docker', ['run', '--rm', ...closed, ...docker, ...node], { timeoutMs: 60_000 }));
}

describe.skipIf(without)(`icmp in our image${why}`, () => {
  test('needs no capability', async () => {
    const outcome = await attemptInImage('127.0.0.1');
    expect(outcome).toMatchObject({ verdict: 'pass', reason: 'ok' });
    expect(outcome.samples).toContainEqual({ metric: 'watchpost_probe_icmp_loss_ratio', value: 0 });
  });

  test('is inconclusive where the kernel lets nobody ping, and says what to allow', async () => {
    const outcome = await attemptInImage('127.0.0.1', ['--sysctl', 'net.ipv4.ping_group_range=1 0']);
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: 'not_permitted',
      found: expect.stringContaining('net.ipv4.ping_group_range'),
    });
  });

  test('says what the system says where nobody has the address', async () => {
    await using cleanup = new AsyncDisposableStack();
    // The engine's own network has no gateway right after the engine's very first start; one of the test's has its subnet at once.
    const network = `watchpost-test-icmp-${process.pid}`;
    await must('docker', ['network', 'create', network]);
    cleanup.defer(async () => void (await must('docker', ['network', 'rm', network])));
    const subnet = await must('docker', [
      'network',
      'inspect',
      network,
      '--format',
      '{{(index .IPAM.Config 0).Subnet}}',
    ]);
    const outcome = await attemptInImage(lastButTwo(subnet.trim()), ['--network', network]);
    expect(outcome).toMatchObject({
      verdict: 'fail',
      reason: 'connect_unreachable',
      found: expect.stringMatching(/^Destination Host Unreachable, says /),
    });
  });

  test('the program has no set-user-id bit', async () => {
    const look = 'stat -c %a "$(readlink -f "$(command -v ping)")"';
    const mode = await must('docker', ['run', '--rm', '--entrypoint', 'sh', imageOf('watchpost'), '-c', look]);
    expect(mode.trim()).toBe('755');
  });
});

/** An address at the end of a subnet, `172.18.0.0/16`: the engine gives addresses from its beginning. */
function lastButTwo(subnet: string): string {
  const [address = '', bits = ''] = subnet.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const wanted = first + 2 ** (32 - Number(bits)) - 3;
  return [24, 16, 8, 0].map((shift) => Math.floor(wanted / 2 ** shift) % 256).join('.');
}
