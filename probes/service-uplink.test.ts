import { expect, test } from 'vitest';
import type { Resolve } from './model.ts';
import { tcp } from './probers/tcp/tcp.ts';
import { alertsOf, startByHand } from './service-setup.ts';
import { startSilentPort } from './testing/silent-port.ts';

test('a name with two private addresses is paged for, also while no reference answers', async () => {
  await using silent = await startSilentPort('127.0.0.2');
  await using _other = await startSilentPort('127.0.0.3', silent.port);
  await using reference = await startSilentPort('127.0.0.9');
  const resolve: Resolve = async () => [
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
  ];
  const value = tcp.value.parse(`app.example.org:${silent.port}`);
  const options = tcp.options.parse({});
  const probe = {
    endpoints: tcp.endpoints(value),
    timeoutMs: 300,
    run: (run: Parameters<typeof tcp.probe>[2]) => tcp.probe(value, options, { ...run, resolve }),
  };
  const references = [{ host: '127.0.0.9', port: reference.port }];
  const { clock, alertmanager } = await startByHand([probe], { references });
  await expect
    .poll(
      async () => {
        await clock.advance(100);
        return alertsOf(alertmanager)[0]?.annotations.found ?? '';
      },
      { timeout: 20_000 },
    )
    .toMatch(/^no answer from 127\.0\.0\.3:\d+ in \d+ ms \(tried 2 of 2 addresses\)$/);
});
