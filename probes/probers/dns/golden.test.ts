import type { Answer } from 'dns-packet';
import { expect, test } from 'vitest';
import { golden } from '../golden-for-test.ts';
import { dns } from './dns.ts';
import { startDnsPeer } from './peer-for-test.ts';

const a = (data: string): Answer => ({ type: 'A', name: 'www.example.org', ttl: 300, data });
const soa: Answer = {
  type: 'SOA',
  name: 'example.org',
  ttl: 3_600,
  data: {
    mname: 'ns1.example.org',
    rname: 'hostmaster.example.org',
    serial: 2026102001,
    refresh: 1,
    retry: 2,
    expire: 3,
    minimum: 4,
  },
};

test('what is said and reported of an attempt', async () => {
  await using peer = await startDnsPeer((query, by) => {
    const [{ name = '', type = 'A' } = {}] = query.questions ?? [];
    if (name === 'gone.example.org') return [{ rcode: 3, authorities: [soa] }];
    if (name === 'large.example.org' && by === 'udp') return [{ flags: 0x0200 }];
    if (name === 'forged.example.org')
      return [{ idOff: 1, answers: [a('203.0.113.1')] }, { answers: [a('192.0.2.1')] }];
    return [type === 'SOA' ? { flags: 0x0400, answers: [soa] } : { answers: [a('192.0.2.1'), a('192.0.2.2')] }];
  });
  const value = `127.0.0.1:${peer.port}`;
  const { port } = peer;
  const text = await golden(dns, [
    {
      name: 'answers',
      port,
      value,
      options: { name: 'www.example.org', expect: { answers: ['192.0.2.1', '/ A 192/'] } },
    },
    {
      name: 'the serial number of a zone',
      port,
      value,
      options: { name: 'example.org', type: 'SOA', recursion: false, expect: { serial_at_least: 2026102001 } },
    },
    { name: 'no such name', port, value, options: { name: 'gone.example.org' } },
    { name: 'another address', port, value, options: { name: 'www.example.org', expect: { answers: '192.0.2.10' } } },
    { name: 'cut short by UDP', port, value, options: { name: 'large.example.org' } },
    { name: 'a forged answer first', port, value, options: { name: 'forged.example.org' } },
    { name: 'nobody there', port: 1, value: '127.0.0.1:1', options: { name: 'www.example.org' } },
  ]);
  await expect(text).toMatchFileSnapshot('testdata/golden.txt');
});
