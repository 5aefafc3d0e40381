import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Resolve } from '../../model.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { dns } from './dns.ts';
import { isSerialAtLeast } from './expect.ts';
import { dnsOptions, dnsValue } from './options.ts';
import { type Said, startDnsPeer } from './peer-for-test.ts';

type Options = z.input<typeof dnsOptions>;

const name = 'www.example.org';
const soa = (serial: number): Answer => ({
  type: 'SOA',
  name: 'example.org',
  ttl: 60,
  data: { mname: 'NS1.example.org', rname: 'root.example.org', serial, refresh: 1, retry: 1, expire: 1, minimum: 1 },
});
const records: Answer[] = [
  { type: 'A', name, ttl: 60, data: '192.0.2.10' },
  { type: 'AAAA', name, ttl: 60, data: '2001:db8::1' },
  { type: 'MX', name, ttl: 60, data: { preference: 10, exchange: 'Mail.example.org' } },
  { type: 'TXT', name, ttl: 60, data: 'v=spf1 include:_spf.example.org -all' },
  { type: 'TXT', name, ttl: 60, data: 'Token=AbC' },
  { type: 'SRV', name, ttl: 60, data: { priority: 1, weight: 2, port: 5060, target: 'sip.example.org' } },
  { type: 'CAA', name, ttl: 60, data: { flags: 0, tag: 'issue', value: 'ca.example.net' } },
  { type: 'DS', name, ttl: 60, data: { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from('beef', 'hex') } },
];

const answers: readonly {
  readonly name: string;
  readonly said: Said;
  readonly options?: Partial<Options>;
  readonly is: string;
}[] = [
  {
    name: 'a record by its whole data',
    said: { answers: records },
    options: { expect: { answers: '192.0.2.10' } },
    is: 'pass',
  },
  {
    name: 'not a part of an address',
    said: { answers: records.slice(0, 1) },
    options: { expect: { answers: '192.0.2.1' } },
    is: 'fail dns_records: found A 192.0.2.10, expected a record with 192.0.2.1 in the answer',
  },
  {
    name: 'several, whatever the case of names, with or without dots and quotes',
    said: { answers: records },
    options: {
      expect: {
        answers: [
          '10 mail.example.org',
          'MAIL.example.org.',
          '"v=spf1 include:_spf.example.org -all"',
          'Token=AbC',
          '2001:db8::1',
          '1 2 5060 sip.example.org.',
          'issue ca.example.net',
          'DS 7 13 2 BEEF',
          '/^www\\.example\\.org\\. 60 IN MX 10 /',
        ],
      },
    },
    is: 'pass',
  },
  {
    name: 'the case of a text matters',
    said: { answers: records.slice(4, 5) },
    options: { type: 'TXT', expect: { answers: 'token=abc' } },
    is: 'fail dns_records: found TXT "Token=AbC", expected a record with token=abc in the answer',
  },
  {
    name: 'a record that must not be there',
    said: { answers: records },
    options: { expect: { answers_not: ['203.0.113.1', '/ A 192/'] } },
    is: 'fail dns_records: found A 192.0.2.10, expected no record with / A 192/',
  },
  {
    name: 'an empty answer is no answer',
    said: { authorities: [soa(1)] },
    is: 'fail dns_records: found no record, expected 1 or more A records in the answer',
  },
  {
    name: 'an empty answer that is right, with an authority',
    said: { authorities: [soa(1)], additionals: records.slice(0, 1) },
    options: { expect: { min_answers: 0, authority: 'ns1.example.org', additional: '192.0.2.10' } },
    is: 'pass',
  },
  {
    name: 'the additional section is not the authority section',
    said: { answers: records, additionals: records.slice(0, 1) },
    options: { expect: { authority: '192.0.2.10' } },
    is: 'fail dns_records: found no record, expected a record with 192.0.2.10 in the authority section',
  },
  {
    name: 'too few',
    said: { answers: records },
    options: { type: 'ANY', expect: { min_answers: 9 } },
    is: 'fail dns_records: found A 192.0.2.10, AAAA 2001:db8::1, MX 10 mail.example.org., TXT "v=spf1 include:_spf.example.org -all" and 4 more, expected 9 or more records in the answer',
  },
  { name: 'SERVFAIL', said: { rcode: 2 }, is: 'fail dns_rcode: found SERVFAIL, expected NOERROR' },
  {
    name: 'one of several codes',
    said: { rcode: 3 },
    options: { expect: { rcode: ['NXDOMAIN', 'REFUSED'] } },
    is: 'pass',
  },
  {
    name: 'another than several codes',
    said: { answers: records },
    options: { expect: { rcode: ['NXDOMAIN', 'REFUSED'] } },
    is: 'fail dns_rcode: found NOERROR, expected NXDOMAIN or REFUSED',
  },
  { name: 'a code without a name', said: { rcode: 15 }, is: 'fail dns_rcode: found RCODE_15, expected NOERROR' },
  {
    name: 'an error without the question',
    said: { rcode: 1, questions: [] },
    is: 'fail dns_rcode: found FORMERR, expected NOERROR',
  },
  { name: 'the same serial', said: { answers: [soa(7)] }, options: { type: 'SOA', expect: { serial: 7 } }, is: 'pass' },
  {
    name: 'another serial',
    said: { answers: [soa(8)] },
    options: { type: 'SOA', expect: { serial: 7 } },
    is: 'fail dns_records: found serial 8, expected serial 7',
  },
  {
    name: 'an older serial',
    said: { answers: [soa(6)] },
    options: { type: 6, expect: { serial_at_least: 7 } },
    is: 'fail dns_records: found serial 6, expected serial 7 or later',
  },
  {
    name: 'no serial',
    said: { answers: records.slice(0, 1) },
    options: { type: 'ANY', expect: { serial_at_least: 7 } },
    is: 'fail dns_records: found A 192.0.2.10, expected a SOA record with serial 7 or later',
  },
  {
    name: 'an unknown type by its number',
    said: { answers: [{ type: 'UNKNOWN_65', name, ttl: 60, data: Buffer.from([0, 1, 0]) } as unknown as Answer] },
    options: { type: 65, expect: { answers: '\\# 3 000100' } },
    is: 'pass',
  },
  { name: 'everything', said: { answers: records }, options: { type: 'ANY' }, is: 'pass' },
  { name: 'the class CH', said: { answers: records.slice(4, 5) }, options: { type: 'TXT', class: 'CH' }, is: 'pass' },
];

describe.each(['udp', 'tcp'] as const)('an answer by %s', (transport) => {
  test.each(answers)('$name', async ({ said, options, is }) => {
    await using peer = await startDnsPeer(() => [said]);
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, transport, ...options });
    expect(judgement(outcome)).toBe(is);
    expect(peer.asked).toHaveLength(1);
    await expect.poll(() => peer.open()).toBe(0);
  });
});

describe('dns by UDP', () => {
  const good: Said = { answers: records.slice(0, 1) };

  test('ignores what is no answer to its question, and waits for the one that is', async () => {
    await using peer = await startDnsPeer((query) => [
      Buffer.from('nonsense'),
      { idOff: 1, answers: [{ type: 'A', name, ttl: 1, data: '203.0.113.1' }] },
      { questions: [{ name: 'other.example.org', type: 'A' }], ...good },
      { questions: [{ name, type: 'AAAA' }], ...good },
      { questions: [{ name, type: 'A', class: 'CH' }], ...good },
      { questions: [], ...good },
      { questions: (query.questions ?? []).map((question) => ({ ...question, name: 'WWW.example.ORG' })), ...good },
    ]);
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, expect: { answers_not: '203.0.113.1' } });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.steps.map(({ text }) => text)).toContain('ignored what was no answer to the question: 6');
  });

  const floods: readonly { readonly name: string; readonly said: Said | Buffer }[] = [
    { name: 'nonsense', said: Buffer.from('nonsense') },
    { name: 'answers to another question', said: { questions: [{ name: 'other.example.org', type: 'A' }], ...good } },
    { name: 'answers with another id', said: { idOff: 1, ...good } },
  ];
  test.each(floods)('gives up a server that sends $name and nothing else', async ({ said }) => {
    await using peer = await startDnsPeer(() => Array.from({ length: 100 }, () => said));
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name });
    expect(judgement(outcome)).toBe(
      'fail answer: found 100 messages that are no answer to the question, expected an answer to the question',
    );
  });

  test('does not even see what another address sends', async () => {
    const other = createSocket('udp4');
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
    const { promise: clientPort, resolve: found } = Promise.withResolvers<number>();
    const server = createSocket('udp4').on('message', (_message, client) => found(client.port));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const probing = attempt(dns, `127.0.0.1:${server.address().port}`, { name }, { timeoutMs: 200 });
    other.send('forged', await clientPort, '127.0.0.1');
    const outcome = await probing;
    expect(outcome).toMatchObject({ reason: 'response_timeout' });
    expect(outcome.steps.map(({ text }) => text).join()).not.toContain('ignored');
    other.close();
    server.close();
  });

  test('an answer that was cut short is asked for once more, by TCP', async () => {
    await using peer = await startDnsPeer((_query, by) => [by === 'udp' ? { flags: 0x0200 } : { answers: records }]);
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, type: 'ANY', expect: { min_answers: 8 } });
    expect(judgement(outcome)).toBe('pass');
    expect(peer.asked).toEqual([`udp IN ANY ${name}`, `tcp IN ANY ${name}`]);
  });

  test('cut short by TCP as well breaks the protocol', async () => {
    await using peer = await startDnsPeer(() => [{ flags: 0x0200 }]);
    expect(judgement(await attempt(dns, `127.0.0.1:${peer.port}`, { name }))).toBe(
      'fail protocol: found an answer by TCP that was cut short, expected an answer to the question',
    );
  });

  test('goes on to the next address of the server', async () => {
    await using silent = await startDnsPeer(() => []);
    await using peer = await startDnsPeer(() => [good]);
    const resolve: Resolve = async () => [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const outcome = await attempt(dns, `ns.example.org:${peer.port}`, { name }, { resolve });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.steps.map(({ text }) => text)).toContain(`connection refused by 127.0.0.2:${peer.port}`);
    expect(silent.asked).toEqual([]);
  });

  test('a request that takes too long', async () => {
    await using peer = await startDnsPeer(() => [good]);
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, expect: { within: '0ms' } });
    expect(outcome).toMatchObject({ reason: 'slow', expected: 'an answer within 0 ms' });
  });

  test('comes to a verdict whatever the bytes are', async () => {
    await using peer = await startDnsPeer((query) => {
      const noise = randomBytes(12 + Math.floor(Math.random() * 500));
      noise.writeUInt16BE(query.id ?? 0, 0);
      noise.writeUInt8(noise.readUInt8(2) | 0x80, 2);
      return [noise];
    });
    for (let i = 0; i < 300; i++) {
      const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name }, { timeoutMs: 20 });
      expect(outcome.verdict).toBe('fail');
    }
  });

  test('a chain of names that is made to keep a reader busy is not followed', async () => {
    await using peer = await startDnsPeer((query) => [chainOfNames(query.id ?? 0)]);
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, transport: 'tcp' });
    expect(judgement(outcome)).toBe(
      'fail protocol: found a message that cannot be read (more compressed names than an answer has), expected an answer to the question',
    );
  });
});

describe('dns on a connection', () => {
  const broken = [
    {
      name: 'closes without an answer',
      atAccept: 'close',
      is: /^fail response_closed: found a connection that 127\.0\.0\.1:\d+ closed without an answer/,
    },
    {
      name: 'resets',
      atAccept: 'reset',
      is: /^fail (response_closed: found a connection that .* reset \(ECONNRESET\)|connect_reset)/,
    },
    // `220 `: a message of 12,850 bytes, of which 28 come.
    {
      name: 'speaks something else',
      atAccept: 'greet',
      is: /^fail response_timeout: found no answer from .* in 300 ms/,
    },
  ] as const;
  test.each(broken)('a peer that $name', async ({ atAccept, is }) => {
    await using peer = await startFaultServer({ atAccept });
    const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, transport: 'tcp' }, { timeoutMs: 300 });
    expect(judgement(outcome)).toMatch(is);
  });

  test('by TLS, with the certificate judged', async () => {
    const [now, dayMs] = [Date.now(), 86_400_000];
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({
      names: ['ns.example.org'],
      notBefore: now - dayMs,
      notAfter: now + 9.5 * dayMs,
    });
    await using peer = await startDnsPeer(() => [{ answers: records.slice(0, 1) }], { tls: identity });
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-dns-'));
    const ca_file = join(folder, 'ca.pem');
    writeFileSync(ca_file, authority.ca);
    const probe = (options: Partial<Options>) =>
      attempt(dns, `127.0.0.1:${peer.port}`, { name, transport: 'tls', ...options });
    const passed = await probe({ ca_file, server_name: 'ns.example.org' });
    expect(judgement(passed)).toBe('pass');
    expect(passed.steps.map(({ text }) => text)).toContain(`> IN A ${name} by TLS to 127.0.0.1:${peer.port}`);
    expect(await probe({ ca_file })).toMatchObject({ reason: 'certificate_name' });
    expect(await probe({ server_name: 'ns.example.org' })).toMatchObject({ reason: 'certificate_untrusted' });
    expect(await probe({ ca_file, server_name: 'ns.example.org', expect: { valid_for: '14d' } })).toMatchObject({
      reason: 'certificate_expiring',
    });
    rmSync(folder, { recursive: true });
  });
});

test.each([
  { serial: 7, least: 7, is: true },
  { serial: 8, least: 7, is: true },
  { serial: 6, least: 7, is: false },
  { serial: 2, least: 4_294_967_290, is: true },
  { serial: 4_294_967_290, least: 2, is: false },
])('serial $serial is at least $least: $is', ({ serial, least, is }) => {
  expect(isSerialAtLeast(serial, least)).toBe(is);
});

test.each([
  { written: '192.0.2.53', is: { host: '192.0.2.53' } },
  { written: 'ns1.example.org:5353', is: { host: 'ns1.example.org', port: 5353 } },
  { written: '2001:db8::53', is: { host: '2001:db8::53' } },
  { written: '[2001:db8::53]', is: { host: '2001:db8::53' } },
  { written: '[2001:db8::53]:53', is: { host: '2001:db8::53', port: 53 } },
])('the name server $written', ({ written, is }) => {
  expect(dnsValue.parse(written)).toEqual(is);
});

test.each([
  { written: 'bücher.example', is: 'xn--bcher-kva.example' },
  { written: '_dmarc.example.org.', is: '_dmarc.example.org' },
  { written: '.', is: '.' },
  { written: '*.example.org', is: '*.example.org' },
])('the name $written', ({ written, is }) => {
  expect(dnsOptions.parse({ name: written }).name).toBe(is);
});

/** 64 KB: a chain of pointers, each to the one before, and then records whose names are all at its end. */
function chainOfNames(id: number): Buffer {
  const message = Buffer.alloc(65_535);
  message.writeUInt16BE(id, 0);
  message.writeUInt8(0x80, 2);
  message.writeUInt16BE(2_000, 6);
  let at = 12;
  message.writeUInt8(0, at);
  // The record whose data holds the chain: name, type NULL, class, TTL, length.
  message.writeUInt16BE(10, at + 1);
  const chain = at + 11;
  const links = 8_000;
  message.writeUInt16BE(links * 2, at + 9);
  for (let i = 0; i < links; i++) message.writeUInt16BE(0xc000 | (i === 0 ? 12 : chain + 2 * (i - 1)), chain + 2 * i);
  at = chain + links * 2;
  for (let i = 0; i < 1_999; i++) {
    message.writeUInt16BE(0xc000 | (chain + 2 * (links - 1)), at);
    message.writeUInt16BE(10, at + 2);
    at += 12;
  }
  return message.subarray(0, at);
}
