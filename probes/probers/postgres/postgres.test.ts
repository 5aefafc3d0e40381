import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../attempt-for-test.ts';
import { randomNumbers } from '../random-for-test.ts';
import type { postgresOptions } from './options.ts';
import { errorMessage, int32, message, startPostgresPeer } from './peer-for-test.ts';
import { postgres } from './postgres.ts';

type Value = NonNullable<z.input<typeof postgresOptions>['expect']>['value'];

const value = (port: number) => `postgres://monitor:sesame@127.0.0.1:${port}/app`;

/** What a peer may send instead of an answer to the login, and what is said of it. */
const cases: readonly { readonly name: string; readonly say: Buffer; readonly is: string }[] = [
  {
    name: 'too many clients',
    say: errorMessage('53300', 'sorry, too many clients already'),
    is: 'fail not_serving: found sorry, too many clients already (53300), expected a login as monitor to app',
  },
  {
    name: 'a server that starts up',
    say: errorMessage('57P03', 'the database system is starting up'),
    is: 'fail not_serving: found the database system is starting up (57P03), expected a login as monitor to app',
  },
  {
    name: 'another protocol',
    say: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    is: 'fail protocol: found what is no message of PostgreSQL: "HTTP/1.1 400 Bad Request", expected a PostgreSQL server',
  },
  {
    name: 'a message that would be endless',
    say: Buffer.concat([Buffer.from('R'), int32(2_000_000_000)]),
    is: 'fail protocol: found what is no message of PostgreSQL: "Rw5", expected a PostgreSQL server',
  },
  {
    name: 'an error without an end, which pg would read for ever',
    say: message('E', Buffer.from('S')),
    is: 'fail protocol: found what is no message of PostgreSQL: "E S", expected a PostgreSQL server',
  },
  {
    name: 'a way to log in that pg does not know',
    say: message('R', int32(7)),
    is: 'fail protocol: found a message that cannot be read (Unknown authenticationOk message type 7), expected a PostgreSQL server',
  },
  {
    name: 'a row before there was a query, of columns that are not there',
    say: message('D', Buffer.from([0x7f, 0xff])),
    is: 'fail protocol: found a message that cannot be read (The value of "offset" is out of range. It must be >= 0 and <= 3. Received 7), expected a PostgreSQL server',
  },
  {
    name: 'what it was sent, with the password in it',
    say: errorMessage('28P01', 'no user monitor with the password sesame'),
    is: 'fail login: found no user monitor with the password [redacted] (28P01), expected a login as monitor to app',
  },
];

describe('postgres', () => {
  test.each(cases)('$name', async ({ say, is }) => {
    await using peer = await startPostgresPeer({ say: { password: say } });
    expect(judgement(await attempt(postgres, value(peer.port), {}))).toBe(is);
    await expect.poll(() => peer.open()).toBe(0);
  });

  const aboutTls: readonly { readonly name: string; readonly say: string; readonly is: string }[] = [
    {
      name: 'a server without TLS',
      say: 'N',
      is: 'fail tls_handshake: found a server that does not offer TLS, expected TLS',
    },
    {
      name: 'bytes behind the one that says yes: somebody on the way',
      say: 'SR\0\0\0\u0008\0\0\0\0',
      is: 'fail protocol: found more words in the clear after TLS was agreed on, expected a TLS handshake',
    },
  ];
  test.each(aboutTls)('$name', async ({ say, is }) => {
    await using peer = await startPostgresPeer({ tls: { key: '', cert: '' }, say: { ssl: Buffer.from(say) } });
    expect(judgement(await attempt(postgres, value(peer.port), { tls: true }))).toContain(is);
    expect(peer.messages).toEqual(['ssl']);
  });

  const ofOne: readonly { readonly value: Value; readonly is: string }[] = [
    { value: 1, is: 'pass' },
    { value: '< 5', is: 'pass' },
    { value: '>= "1"', is: 'pass' },
    { value: '/^[01]$/', is: 'pass' },
    { value: 'exists', is: 'pass' },
    { value: { equals: 1 }, is: 'pass' },
    { value: '> 1', is: 'fail answer: found the value "1", expected the value > 1' },
    { value: true, is: 'fail answer: found the value "1", expected the value "t"' },
    { value: 'absent', is: 'fail answer: found the value "1", expected the value nothing' },
    { value: null, is: 'fail answer: found the value "1", expected the value null' },
    { value: { equals: '< 5' }, is: 'fail answer: found the value "1", expected the value "< 5"' },
  ];
  test.each(ofOne)('the value 1, where $value is expected', async ({ value: wanted, is }) => {
    await using peer = await startPostgresPeer();
    expect(judgement(await attempt(postgres, value(peer.port), { expect: { value: wanted } }))).toBe(is);
  });

  test('whatever a peer sends comes to a verdict', async () => {
    const next = randomNumbers(7);
    const answers = [message('R', int32(0)), errorMessage('XX000', 'oops'), message('T', Buffer.from([0, 1, 65, 0]))];
    for (let i = 0; i < 150; i++) {
      const say = Buffer.concat(Array.from({ length: 1 + (next() % 3) }, () => answers[next() % 3] ?? Buffer.alloc(0)));
      for (let j = 0; j < 3; j++) say[next() % say.length] = next() % 256;
      const stage = (['startup', 'password', 'query'] as const)[next() % 3] ?? 'query';
      await using peer = await startPostgresPeer({ say: { [stage]: say } });
      const outcome = await attempt(postgres, value(peer.port), {}, { timeoutMs: 25 });
      expect(outcome.verdict).not.toBe('inconclusive');
      await expect.poll(() => peer.open(), { interval: 2 }).toBe(0);
    }
  });

  test('sends what it says, and nothing about it is in what is shown', async () => {
    await using peer = await startPostgresPeer();
    const outcome = await attempt(postgres, value(peer.port), {});
    expect(peer.messages).toEqual([
      'startup monitor app',
      'password sesame',
      expect.stringMatching(/^query begin read only; set local statement_timeout = \d+$/),
      'query select 1',
    ]);
    expect(JSON.stringify([outcome, postgres.target(postgres.value.parse(value(peer.port)))])).not.toContain('sesame');
    expect(outcome.traits).toEqual({ address: '127.0.0.1', version: '18.1' });
  });
});
