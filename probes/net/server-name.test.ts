import { expect, test } from 'vitest';
import { attempt } from '../probers/attempt-for-test.ts';
import { probers } from '../probers/index.ts';
import type { Prober } from '../probers/prober.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startTlsPeer } from './peers-for-test.ts';

const now = Date.now();
const authority = await createAuthority('names', now);
const identity = await authority.issue({
  names: ['db.example.com'],
  notBefore: now - 86_400_000,
  notAfter: now + 86_400_000,
});

const cases: readonly {
  readonly kind: string;
  readonly value: (host: string, port: number) => string;
  readonly options?: Readonly<Record<string, unknown>>;
}[] = [
  { kind: 'tls', value: (host, port) => `${host}:${port}` },
  { kind: 'http', value: (host, port) => `https://${host}:${port}/` },
  { kind: 'websocket', value: (host, port) => `wss://${host}:${port}/` },
  { kind: 'redis', value: (host, port) => `rediss://${host}:${port}` },
  { kind: 'grpc', value: (host, port) => `${host}:${port}`, options: { tls: true } },
  { kind: 'smtp', value: (host, port) => `${host}:${port}`, options: { tls: true } },
  { kind: 'dns', value: (host, port) => `${host}:${port}`, options: { name: 'example.com', transport: 'tls' } },
  { kind: 'tcp', value: (host, port) => `${host}:${port}`, options: { dialogue: [{ starttls: true }] } },
];

const names: readonly { readonly host: string; readonly options?: object; readonly sent: string }[] = [
  { host: 'db.example.com', sent: 'db.example.com' },
  { host: 'db.example.com.', sent: 'db.example.com' },
  { host: 'dätenbank.example.com', sent: 'xn--dtenbank-0za.example.com' },
  { host: 'db', options: { server_name: 'db.example.com.' }, sent: 'db.example.com' },
  { host: 'db', options: { server_name: 'dätenbank.example.com' }, sent: 'xn--dtenbank-0za.example.com' },
];

test.each(
  cases.flatMap((one) => names.map((name) => ({ ...one, ...name, options: { ...one.options, ...name.options } }))),
)('$kind asks for $sent where $host is dialled with $options', async ({ kind, value, host, options, sent }) => {
  const asked: string[] = [];
  await using peer = await startTlsPeer({
    ...identity,
    SNICallback: (name, done) => {
      asked.push(name);
      done(null);
    },
  });
  const prober = (probers as readonly Prober[]).find((one) => one.kind === kind);
  if (!prober) throw new Error(`no prober ${kind}`);
  const resolve = async () => [{ address: '127.0.0.1', family: 4 as const }];
  const outcome = await attempt(prober, value(host, peer.port), options, { resolve });
  expect(asked).toEqual([sent]);
  const named = sent === 'db.example.com' ? 'certificate_untrusted' : 'certificate_name';
  expect({ reason: outcome.reason, expected: outcome.expected }).toEqual({
    reason: named,
    expected: `a valid certificate for ${sent}`,
  });
});
