import { probers } from '../../probes/probers/index.ts';
import type { Prober } from '../../probes/probers/prober.ts';
import { Choices } from './random.ts';
import type { Subject } from './valid.ts';

export interface Probing {
  readonly prober: Prober;
  readonly value: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}

/** How the prober of a subject is configured: one of a few ways that between them look at all that an answer has. */
interface Ways {
  readonly kind: string;
  readonly value: (port: number) => unknown;
  readonly options: readonly [Readonly<Record<string, unknown>>, ...Readonly<Record<string, unknown>>[]];
}

const httpWays: Ways['options'] = [
  { expect: { status: 200, json: { status: 'ready', 'data.items[0].id': 7 } } },
  { compression: true, redirects: 3, expect: { body: '/rea(d|l)y/', headers: { 'x-version': '/^1/' } } },
  { method: 'HEAD' },
  { body_limit: 100, expect: { not_body: 'error' } },
];
const host = (port: number) => `127.0.0.1:${port}`;

const ways: Readonly<Record<Subject, Ways>> = {
  http: { kind: 'http', value: (port) => `http://${host(port)}/a`, options: httpWays },
  https: { kind: 'http', value: (port) => `https://localhost:${port}/a`, options: httpWays },
  http2: {
    kind: 'http',
    value: (port) => `https://localhost:${port}/a`,
    options: [
      { http2: true, expect: { json: { status: 'ready' } } },
      { http2: true, method: 'POST', body: 'x'.repeat(1_000) },
    ],
  },
  grpc: { kind: 'grpc', value: host, options: [{}, { service: 'shop', expect: { status: 'SERVING' } }] },
  websocket: {
    kind: 'websocket',
    value: (port) => `ws://${host(port)}/live`,
    options: [
      { send: 'ready?', expect: { message: 'ready' } },
      { message_limit: 10, expect: { message: '/^ready/' } },
      {},
    ],
  },
  redis: {
    kind: 'redis',
    value: host,
    options: [
      { command: 'INFO server', password: 'sesame', expect: { reply: '/redis_version:8/', role: 'replica' } },
      {},
      { command: 'LRANGE a 0 -1' },
    ],
  },
  postgres: {
    kind: 'postgres',
    value: (port) => `postgres://monitor:sesame@${host(port)}/app?sslmode=disable`,
    options: [{ expect: { rows: 1, value: '1' } }, {}],
  },
  smtp: {
    kind: 'smtp',
    value: host,
    options: [
      {
        username: 'monitor',
        password: 'sesame',
        mail_from: 'a@example.org',
        rcpt_to: 'b@example.org',
        expect: { banner: '/ESMTP/', capabilities: ['SIZE'] },
      },
      { starttls: true },
      {},
    ],
  },
  tcp: {
    kind: 'tcp',
    value: host,
    options: [
      {
        dialogue: [{ expect: '/^220 /' }, { send: 'a\r\n' }, { expect: '+OK' }, { send: 'b\r\n' }, { expect: '/> $/' }],
      },
      { dialogue: [{ expect_hex: '53 53 48' }, { send_hex: '00' }, { starttls: true }] },
    ],
  },
  tls: { kind: 'tls', value: (port) => `localhost:${port}`, options: [{}, { trust: 'any' }] },
  starttls: {
    kind: 'tls',
    value: (port) => `localhost:${port}`,
    options: [
      { starttls: 'imap' },
      { starttls: 'xmpp' },
      { starttls: 'ftp' },
      { starttls: 'smtp' },
      { starttls: 'pop3' },
      { starttls: 'postgres' },
    ],
  },
  dnsUdp: {
    kind: 'dns',
    value: host,
    options: [
      { name: 'www.example.org', expect: { answers: '192.0.2.10' } },
      { name: 'www.example.org', type: 'TXT', expect: { answers: '/spf1/' } },
      { name: 'www.example.org', type: 'ANY' },
    ],
  },
  dnsTcp: {
    kind: 'dns',
    value: host,
    options: [
      { name: 'www.example.org', transport: 'tcp' },
      { name: 'www.example.org', transport: 'tcp', type: 'MX', expect: { answers: '/mail/' } },
    ],
  },
  flow: {
    kind: 'flow',
    value: (port) => [
      {
        name: 'log in',
        http: `http://${host(port)}/login`,
        save: { token: { json: 'token' }, csrf: { header: 'x-csrf' } },
      },
      {
        name: 'use',
        http: `http://${host(port)}/orders?of={{token}}`,
        bearer: '{{token}}',
        headers: { 'x-csrf': '{{csrf}}' },
      },
      { name: 'log out', http: `http://${host(port)}/{{csrf}}`, method: 'POST', body: '{{token}}' },
    ],
    options: [{}],
  },
};

export function probingOf(subject: Subject, seed: number, port: number, caFile: string): Probing {
  const { kind, value, options } = ways[subject];
  const prober = (probers as readonly Prober[]).find((one) => one.kind === kind);
  if (!prober) throw new Error(`no prober ${kind}`);
  // Another number than the one that chooses the answers.
  const chosen = new Choices(~seed).one(options);
  const isSecure = ['https', 'http2', 'tls', 'starttls'].includes(subject);
  return { prober, value: value(port), options: { ...chosen, ...(isSecure && { ca_file: caFile }) } };
}
