import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import { dns } from '../../../probes/probers/dns/dns.ts';
import type { dnsOptions } from '../../../probes/probers/dns/options.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Port, type Server, startServer } from '../../support/servers.ts';

/** The prober `dns` against the name servers that Debian has: Knot, which has a zone, and Unbound, which looks names up. */

const without = missing(['servers']);
const why = without ? ` (skipped: ${without})` : '';

type Options = z.input<typeof dnsOptions>;

const zone = `
$ORIGIN example.org.
$TTL 300
@     SOA   ns1 hostmaster 2026102001 3600 600 86400 60
@     NS    ns1
@     MX    10 mail
@     CAA   0 issue "ca.example.net"
@     TXT   "v=spf1 -all"
ns1   A     192.0.2.53
www   A     192.0.2.1
www   AAAA  2001:db8::1
mail  A     192.0.2.25
large TXT   ${Array.from({ length: 6 }, (_, i) => `"${String(i).repeat(200)}"`).join(' ')}
sub   NS    ns.sub
ns.sub A    192.0.2.99
`;

const knotSettings = `
server:
  listen: 0.0.0.0@53
  listen-tls: 0.0.0.0@853
  key-file: /etc/test.key
  cert-file: /etc/test.pem
  version: "Knot of the test"
template:
  - id: default
    storage: /etc
zone:
  - domain: example.org
    file: example.org.zone
`;

const unboundSettings = `
server:
  interface: 0.0.0.0
  interface: 0.0.0.0@853
  tls-service-key: /etc/test.key
  tls-service-pem: /etc/test.pem
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  pidfile: ""
  module-config: "iterator"
  local-zone: "here.example." static
  local-data: "www.here.example. 60 IN A 192.0.2.7"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@1
`;

describe.skipIf(without)(`real name servers${why}`, () => {
  let knot: Server;
  let unbound: Server;
  beforeAll(async () => {
    const [now, dayMs] = [Date.now(), 86_400_000];
    const authority = await createAuthority('test', now);
    const dates = { notBefore: now - dayMs, notAfter: now + 90 * dayMs };
    const identity = await authority.issue({ names: ['ns1.example.org'], ...dates });
    const identityFiles = { '/etc/test.key': identity.key, '/etc/test.pem': identity.cert };
    const ports: readonly Port[] = [53, '53/udp', 853];
    [knot, unbound] = await Promise.all([
      startServer({
        command: 'mkdir -p /run/knot; exec knotd -c /etc/knot-test.conf',
        ports,
        files: { ...identityFiles, '/etc/knot-test.conf': knotSettings, '/etc/example.org.zone': zone },
        ready: /server started/,
      }),
      startServer({
        command: 'exec unbound -d -c /etc/unbound-test.conf',
        ports,
        files: { ...identityFiles, '/etc/unbound-test.conf': unboundSettings },
        ready: /start of service/,
      }),
    ]);
  });
  afterAll(async () => {
    await knot?.[Symbol.asyncDispose]();
    await unbound?.[Symbol.asyncDispose]();
  });

  const cases: readonly {
    readonly name: string;
    readonly at: 'knot' | 'unbound';
    readonly options: Options;
    readonly is: string;
  }[] = [
    {
      name: 'an address',
      at: 'knot',
      options: { name: 'www.example.org', expect: { answers: '192.0.2.1' } },
      is: 'pass',
    },
    {
      name: 'another address than expected',
      at: 'knot',
      options: { name: 'www.example.org', expect: { answers: '192.0.2.2' } },
      is: 'fail dns_records: found A 192.0.2.1, expected a record with 192.0.2.2 in the answer',
    },
    {
      name: 'a mail server, its address beside it',
      at: 'knot',
      options: {
        name: 'example.org',
        type: 'MX',
        expect: { answers: '10 mail.example.org', additional: '192.0.2.25' },
      },
      is: 'pass',
    },
    {
      name: 'a CAA record',
      at: 'knot',
      options: { name: 'example.org', type: 'CAA', expect: { answers: '0 issue "ca.example.net"' } },
      is: 'pass',
    },
    {
      name: 'the serial number of the zone',
      at: 'knot',
      options: { name: 'example.org', type: 'SOA', recursion: false, expect: { serial: 2026102001 } },
      is: 'pass',
    },
    {
      name: 'an older serial number',
      at: 'knot',
      options: { name: 'example.org', type: 'SOA', expect: { serial_at_least: 2026102002 } },
      is: 'fail dns_records: found serial 2026102001, expected serial 2026102002 or later',
    },
    {
      name: 'its version, of the class CH',
      at: 'knot',
      options: { name: 'version.server', type: 'TXT', class: 'CH', expect: { answers: 'Knot of the test' } },
      is: 'pass',
    },
    {
      name: 'a name that is not in the zone',
      at: 'knot',
      options: { name: 'gone.example.org' },
      is: 'fail dns_rcode: found NXDOMAIN, expected NOERROR',
    },
    {
      name: 'a name without such a record',
      at: 'knot',
      options: { name: 'mail.example.org', type: 'AAAA' },
      is: 'fail dns_records: found no record, expected 1 or more AAAA records in the answer',
    },
    {
      name: 'a zone that another server has',
      at: 'knot',
      options: {
        name: 'www.sub.example.org',
        expect: { min_answers: 0, authority: 'sub.example.org. 300 IN NS', additional: '192.0.2.99' },
      },
      is: 'pass',
    },
    {
      name: 'a name of others is refused',
      at: 'knot',
      options: { name: 'example.com', expect: { rcode: 'REFUSED' } },
      is: 'pass',
    },
    {
      name: 'by TCP',
      at: 'knot',
      options: { name: 'www.example.org', transport: 'tcp', expect: { answers: '192.0.2.1' } },
      is: 'pass',
    },
    {
      name: 'a name that it knows itself',
      at: 'unbound',
      options: { name: 'www.here.example', expect: { answers: '192.0.2.7' } },
      is: 'pass',
    },
    {
      name: 'one that it knows not to be',
      at: 'unbound',
      options: { name: 'gone.here.example', expect: { rcode: 'NXDOMAIN' } },
      is: 'pass',
    },
    {
      name: 'one whose servers it cannot reach',
      at: 'unbound',
      options: { name: 'www.example.com' },
      is: 'fail dns_rcode: found SERVFAIL, expected NOERROR',
    },
    {
      name: 'SERVFAIL where it is expected',
      at: 'unbound',
      options: { name: 'www.example.com', expect: { rcode: 'SERVFAIL' } },
      is: 'pass',
    },
    {
      name: 'without recursion',
      at: 'unbound',
      options: { name: 'www.example.com', recursion: false },
      is: 'fail dns_rcode: found REFUSED, expected NOERROR',
    },
  ];
  test.each(cases)('$at: $name', async ({ at, options, is }) => {
    const server = at === 'knot' ? knot : unbound;
    const inside = options.transport === 'tcp' ? 53 : '53/udp';
    const value = `${server.host}:${server.port(inside)}`;
    expect(judgement(await attempt(dns, value, options, { timeoutMs: 10_000 }))).toBe(is);
  });

  test('a text too long for UDP is asked for again by TCP', async () => {
    // By the container's own address, where both protocols have one port.
    const outcome = await attempt(dns, knot.address, { name: 'large.example.org', type: 'TXT' });
    expect(outcome.steps.map(({ text }) => text).filter((text) => /^>|cut short/.test(text))).toEqual([
      `> IN TXT large.example.org by UDP to ${knot.address}:53`,
      'the answer was cut short: asking again by TCP',
      `> IN TXT large.example.org by TCP to ${knot.address}:53`,
    ]);
  });

  test.each(['knot', 'unbound'] as const)('%s: by TLS, with its certificate', async (at) => {
    const [server, name] = at === 'knot' ? [knot, 'www.example.org'] : [unbound, 'www.here.example'];
    const value = `${server.host}:${server.port(853)}`;
    const probe = (options: Partial<Options>) => attempt(dns, value, { name, transport: 'tls', ...options });
    expect(judgement(await probe({ trust: 'any', server_name: 'ns1.example.org', expect: { valid_for: '80d' } }))).toBe(
      'pass',
    );
    expect(await probe({ trust: 'any' })).toMatchObject({ reason: 'certificate_name' });
    expect(await probe({ server_name: 'ns1.example.org' })).toMatchObject({ reason: 'certificate_untrusted' });
  });

  test('a port where nobody listens', async () => {
    const outcome = await attempt(dns, `${knot.address}:5353`, { name: 'www.example.org' });
    expect(judgement(outcome)).toBe(
      `fail connect_refused: found connection refused by ${knot.address}:5353, expected an answer to the question`,
    );
  });
});
