import { describe, expect, test } from 'vitest';
import { probers } from './index.ts';
import type { Prober } from './prober.ts';

/** Every protocol that dials a host, as its users write it. `HOST` stands for the host. */
const values: readonly { readonly kind: string; readonly value: string }[] = [
  { kind: 'dns', value: 'HOST' },
  { kind: 'dns', value: 'HOST:53' },
  { kind: 'flow', value: 'http://HOST/' },
  { kind: 'grpc', value: 'HOST:50051' },
  { kind: 'http', value: 'https://HOST/' },
  { kind: 'icmp', value: 'HOST' },
  { kind: 'postgres', value: 'postgres://monitor@HOST:5432/app' },
  { kind: 'redis', value: 'HOST:6379' },
  { kind: 'redis', value: 'rediss://HOST' },
  { kind: 'smtp', value: 'HOST:25' },
  { kind: 'tcp', value: 'HOST:5432' },
  { kind: 'tls', value: 'HOST:443' },
  { kind: 'websocket', value: 'wss://HOST/live' },
];

const hosts: readonly { readonly written: string; readonly dialled: string }[] = [
  { written: 'bücher.example', dialled: 'xn--bcher-kva.example' },
  { written: 'почта.рф', dialled: 'xn--80a1acny.xn--p1ai' },
  { written: 'db.example.org.', dialled: 'db.example.org.' },
  { written: 'bücher.example.', dialled: 'xn--bcher-kva.example.' },
];

describe.each(values)('$kind: $value', ({ kind, value }) => {
  test.each(hosts)('dials $dialled where $written is written', ({ written, dialled }) => {
    const prober = (probers as readonly Prober[]).find((one) => one.kind === kind);
    const step = { name: 'one', http: value.replace('HOST', written) };
    const parsed = prober?.value.parse(kind === 'flow' ? [step] : value.replace('HOST', written));
    expect(prober?.endpoints(parsed, {}).map(({ host }) => host)).toEqual([dialled]);
  });
});

test('every protocol that dials a host is in the table', () => {
  const known = new Set([...values.map(({ kind }) => kind), 'file', 'heartbeat']);
  expect(probers.map(({ kind }) => kind).filter((kind) => !known.has(kind))).toEqual([]);
});
