import type { Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../attempt-for-test.ts';
import { dns } from './dns.ts';
import { dnsOptions } from './options.ts';
import { startDnsPeer } from './peer-for-test.ts';

type Options = Partial<z.input<typeof dnsOptions>>;

const name = 'www.example.org';
const cname = (from: string, to: string): Answer => ({ type: 'CNAME', name: from, ttl: 60, data: to });
const alias = cname(name, 'gone.cdn.example');
const address: Answer = { type: 'A', name: 'gone.cdn.example', ttl: 60, data: '192.0.2.10' };
const txt = (...data: readonly (string | Buffer)[]): Answer => ({ type: 'TXT', name, ttl: 60, data: [...data] });

const onlyAlias = (type: string) => `found CNAME gone.cdn.example and no ${type} record`;

/** How many records there are of the type that was asked for. */
const counted: readonly {
  readonly name: string;
  readonly answers: Answer[];
  readonly options?: Options;
  readonly is: string;
}[] = [
  {
    name: 'a CNAME alone is no address',
    answers: [alias],
    is: `fail dns_records: ${onlyAlias('A')}, expected 1 or more A records in the answer`,
  },
  {
    name: 'nor where one answer is asked for',
    answers: [alias],
    options: { expect: { min_answers: 1 } },
    is: `fail dns_records: ${onlyAlias('A')}, expected 1 or more A records in the answer`,
  },
  { name: 'a CNAME with the address behind it is one', answers: [alias, address], is: 'pass' },
  {
    name: 'a CNAME and one address are not two addresses',
    answers: [alias, address],
    options: { expect: { min_answers: 2 } },
    is: 'fail dns_records: found CNAME gone.cdn.example., A 192.0.2.10, expected 2 or more A records in the answer',
  },
  {
    name: 'a CNAME alone is no address of version 6',
    answers: [alias],
    options: { type: 'AAAA' },
    is: `fail dns_records: ${onlyAlias('AAAA')}, expected 1 or more AAAA records in the answer`,
  },
  {
    name: 'a CNAME alone is no mail server',
    answers: [alias],
    options: { type: 'MX' },
    is: `fail dns_records: ${onlyAlias('MX')}, expected 1 or more MX records in the answer`,
  },
  {
    name: 'a CNAME alone is no address where the type is asked for by its number',
    answers: [alias],
    options: { type: 1 },
    is: `fail dns_records: ${onlyAlias('A')}, expected 1 or more A records in the answer`,
  },
  {
    name: 'a CNAME alone is nothing of a type without a name',
    answers: [alias],
    options: { type: 65 },
    is: `fail dns_records: ${onlyAlias('TYPE65')}, expected 1 or more TYPE65 records in the answer`,
  },
  {
    name: 'CNAMEs that go round lead nowhere',
    answers: [cname(name, 'b.example'), cname('b.example', name)],
    is: 'fail dns_records: found CNAME b.example, CNAME www.example.org and no A record, expected 1 or more A records in the answer',
  },
  {
    name: 'an address of version 6 is none of version 4',
    answers: [{ type: 'AAAA', name, ttl: 60, data: '2001:db8::1' }],
    is: 'fail dns_records: found AAAA 2001:db8::1 and no A record, expected 1 or more A records in the answer',
  },
  { name: 'a CNAME is one where it is asked for', answers: [alias], options: { type: 'CNAME' }, is: 'pass' },
  { name: 'also by its number', answers: [alias], options: { type: 5 }, is: 'pass' },
  { name: 'and where everything is asked for', answers: [alias], options: { type: 'ANY' }, is: 'pass' },
  { name: 'also by the number of that', answers: [alias], options: { type: 255 }, is: 'pass' },
  {
    name: 'a CNAME alone is right where no address is expected',
    answers: [alias],
    options: { expect: { min_answers: 0, answers: 'gone.cdn.example' } },
    is: 'pass',
  },
];

const letters = Buffer.from('ä'.repeat(128));

/** The strings of one TXT record are one text. */
const joined: typeof counted = [
  {
    name: 'a policy of mail in two strings, as in RFC 7208, section 3.3',
    answers: [txt('v=spf1 .... first', 'second string...')],
    options: { expect: { answers: 'v=spf1 .... firstsecond string...' } },
    is: 'pass',
  },
  {
    name: 'a key of DKIM that is longer than 255 bytes, by its end',
    answers: [txt(`v=DKIM1; k=rsa; p=${'A'.repeat(237)}`, `${'B'.repeat(100)}IDAQAB`)],
    options: { expect: { answers: `p=${'A'.repeat(237)}${'B'.repeat(100)}IDAQAB` } },
    is: 'pass',
  },
  {
    name: 'an expression that reaches over where two strings meet',
    answers: [txt('v=DKIM1; p=MIIB', 'IjANBg')],
    options: { expect: { answers: '/p=MIIBIjANBg/' } },
    is: 'pass',
  },
  {
    name: 'written in strings, as dig prints it',
    answers: [txt('v=spf1 include:_spf.exa', 'mple.org -all')],
    options: { expect: { answers: '"v=spf1 include:_spf.exa" "mple.org -all"' } },
    is: 'pass',
  },
  {
    name: 'a letter whose bytes are in two strings',
    answers: [txt(letters.subarray(0, 255), letters.subarray(255))],
    options: { expect: { answers: 'ä'.repeat(128) } },
    is: 'pass',
  },
  {
    name: 'the end of one string and the beginning of the next are no two words',
    answers: [txt('v=spf1 -all', 'token')],
    options: { expect: { answers: 'token' } },
    is: 'fail dns_records: found TXT "v=spf1 -alltoken", expected a record with token in the answer',
  },
  {
    name: 'a text that must not be there is found over two strings too',
    answers: [txt('v=spf1 +a', 'll')],
    options: { expect: { answers_not: '+all' } },
    is: 'fail dns_records: found TXT "v=spf1 +all", expected no record with +all',
  },
  {
    name: 'two records are two texts',
    answers: [txt('one'), txt('two')],
    options: { expect: { answers: ['one', 'two'], answers_not: 'onetwo' } },
    is: 'pass',
  },
];

describe('records', () => {
  test.each([...counted, ...joined.map((row) => ({ ...row, options: { type: 'TXT' as const, ...row.options } }))])(
    '$name',
    async ({ answers, options, is }) => {
      await using peer = await startDnsPeer(() => [{ answers }]);
      const outcome = await attempt(dns, `127.0.0.1:${peer.port}`, { name, ...options });
      expect(judgement(outcome)).toBe(is);
    },
  );
});

const urls: readonly { readonly written: string; readonly hint: string | undefined }[] = [
  { written: 'https://www.example.org/status?x=1', hint: 'write www.example.org' },
  { written: 'http://bücher.example:8080', hint: 'write bücher.example' },
  { written: 'postgres://monitor@db.example.org/app', hint: 'write db.example.org' },
  { written: 'www.example.org/status', hint: 'write www.example.org' },
  { written: 'www.example.org:443', hint: 'write www.example.org' },
  { written: '//www.example.org', hint: 'write www.example.org' },
  { written: 'mailto:postmaster@example.org', hint: undefined },
  { written: 'https://', hint: undefined },
];

describe('a name', () => {
  test.each(urls)('is no URL: $written', ({ written, hint }) => {
    const { error } = dnsOptions.safeParse({ name: written });
    expect(error?.issues).toMatchObject([
      hint === undefined
        ? { message: 'expected a domain name, such as www.example.org, or . for the root' }
        : { message: 'expected a domain name alone, not a URL', params: { hint } },
    ]);
  });

  test.each(['0/25.2.0.192.in-addr.arpa', '_443._tcp.www.example.org', 'kitchen@home._ipp._tcp.local'])(
    'may have more signs than a host has: %s',
    (written) => {
      expect(dnsOptions.parse({ name: written }).name).toBe(written);
    },
  );
});
