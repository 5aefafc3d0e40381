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
    const gateway = await must('docker', [
      'network',
      'inspect',
      'bridge',
      '--format',
      '{{(index .IPAM.Config 0).Gateway}}',
    ]);
    // The last address but one of the network's last kilobyte: no container gets that far.
    const nobody = gateway.trim().replace(/\d+\.\d+$/, '255.253');
    const outcome = await attemptInImage(nobody);
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
