import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../attempt-for-test.ts';
import { randomNumbers } from '../random-for-test.ts';
import type { redisOptions } from './options.ts';
import { startRedisPeer } from './peer-for-test.ts';
import { redis } from './redis.ts';

type Options = z.input<typeof redisOptions>;

const cases: readonly {
  readonly name: string;
  readonly say: Readonly<Record<string, string>>;
  readonly options?: Options;
  readonly is: string;
}[] = [
  { name: 'a simple reply', say: {}, is: 'pass' },
  { name: 'a bulk reply', say: { PING: '$4\r\nPONG\r\n' }, is: 'pass' },
  {
    name: 'a number',
    say: { LLEN: ':12\r\n' },
    options: { command: 'LLEN queue', expect: { reply: 12 } },
    is: 'pass',
  },
  {
    name: 'a list is its elements line by line, and nothing is an empty text',
    say: { MGET: '*3\r\n$1\r\na\r\n$-1\r\n*1\r\n+b\r\n' },
    options: { command: ['MGET', 'x', 'y', 'z'], expect: { reply: '/^a\\n\\nb$/' } },
    is: 'pass',
  },
  {
    name: 'another reply',
    say: { GET: '$3\r\nred\r\n' },
    options: { command: 'GET light', expect: { reply: 'green' } },
    is: 'fail answer: found the reply "red", expected the reply "green"',
  },
  {
    name: 'a number that is less than another',
    say: { LLEN: ':12\r\n' },
    options: { command: 'LLEN queue', expect: { reply: '< 100' } },
    is: 'pass',
  },
  {
    name: 'a number that is not less than another',
    say: { LLEN: ':112\r\n' },
    options: { command: 'LLEN queue', expect: { reply: '< 100' } },
    is: 'fail answer: found the reply "112", expected the reply < 100',
  },
  {
    name: 'a key that is there',
    say: { GET: '$0\r\n\r\n' },
    options: { command: 'GET x', expect: { reply: 'exists' } },
    is: 'pass',
  },
  {
    name: 'a key that should be there',
    say: { GET: '$-1\r\n' },
    options: { command: 'GET x', expect: { reply: 'exists' } },
    is: 'fail answer: found no value, expected the reply anything',
  },
  {
    name: 'a key that is not there',
    say: { GET: '$-1\r\n' },
    options: { command: 'GET x', expect: { reply: 'absent' } },
    is: 'pass',
  },
  {
    name: 'nothing, as null',
    say: { GET: '$-1\r\n' },
    options: { command: 'GET x', expect: { reply: null } },
    is: 'pass',
  },
  {
    name: 'a key that should not be there',
    say: { GET: '$3\r\nred\r\n' },
    options: { command: 'GET x', expect: { reply: 'absent' } },
    is: 'fail answer: found the reply "red", expected the reply nothing',
  },
  {
    name: 'a text that looks like a matcher',
    say: { GET: '$6\r\nabsent\r\n' },
    options: { command: 'GET x', expect: { reply: { equals: 'absent' } } },
    is: 'pass',
  },
  {
    name: 'no reply to PING but PONG',
    say: { PING: '+OK\r\n' },
    is: 'fail answer: found the reply "OK", expected the reply "PONG"',
  },
  {
    name: 'a server that wants a login',
    say: { PING: '-NOAUTH Authentication required.\r\n' },
    is: 'fail login: found NOAUTH Authentication required., expected the reply "PONG"',
  },
  {
    name: 'an error',
    say: { GET: '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n' },
    options: { command: 'GET list' },
    is: 'fail query: found WRONGTYPE Operation against a key holding the wrong kind of value, expected a reply',
  },
  {
    name: 'a server that is still loading its data',
    say: { PING: '-LOADING Redis is loading the dataset in memory\r\n' },
    is: 'fail not_serving: found LOADING Redis is loading the dataset in memory, expected the reply "PONG"',
  },
  {
    name: 'an error before anything was asked',
    say: { accept: '-ERR max number of clients reached\r\n' },
    is: 'fail not_serving: found ERR max number of clients reached, expected the reply "PONG"',
  },
  {
    name: 'the password in what comes back',
    say: { AUTH: '-ERR unknown command AUTH, with args: sesame\r\n' },
    options: { password: 'sesame' },
    is: 'fail login: found ERR unknown command AUTH, with args: [redacted], expected a login with the password',
  },
  {
    name: 'a replica that should be a master',
    say: { ROLE: '*3\r\n$5\r\nslave\r\n$2\r\ndb\r\n:6379\r\n' },
    options: { expect: { role: 'master' } },
    is: 'fail answer: found the role "replica", expected the role "master"',
  },
  {
    name: 'another protocol',
    say: { PING: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
    is: 'fail protocol: found what is no reply of Redis: "HTTP/1.1 400 Bad Request", expected a Redis server',
  },
  {
    name: 'a length that is none',
    say: { PING: '$*\r\na-13t' },
    is: 'fail protocol: found what is no reply of Redis: "$* a-13t", expected a Redis server',
  },
  {
    name: 'a text without its end',
    say: { PING: '$2\r\nabcd' },
    is: 'fail protocol: found what is no reply of Redis: "$2 abcd", expected a Redis server',
  },
  {
    name: 'lists in lists in lists',
    say: { PING: '*1\r\n'.repeat(10_000) },
    is: 'fail protocol: found what is no reply of Redis: "*1 *1 *1 *1 *1 *1 *1 *1 *1 *1", expected a Redis server',
  },
  {
    name: 'a text of two gigabytes',
    say: { PING: '$2147483648\r\n' },
    is: 'fail body_too_large: found a reply of over 1 MiB, expected a reply of at most 1 MiB',
  },
  {
    name: 'a list of a billion',
    say: { PING: '*1000000000\r\n' },
    is: 'fail body_too_large: found a reply of more than 65536 elements, expected a reply of at most 65536 elements',
  },
];

describe('redis', () => {
  test.each(cases)('$name', async ({ say, options = {}, is }) => {
    await using peer = await startRedisPeer({ say });
    expect(judgement(await attempt(redis, `127.0.0.1:${peer.port}`, options))).toBe(is);
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('whatever a peer sends comes to a verdict', async () => {
    const atoms = ['+', '-', ':', '$', '*', '\r', '\n', '\r\n', '0', '1', '2', '-1', 'a', 'OK', '\xff', '_', '%'];
    const next = randomNumbers(3);
    for (let i = 0; i < 150; i++) {
      const say = Array.from({ length: 1 + (next() % 9) }, () => atoms[next() % atoms.length]).join('');
      await using peer = await startRedisPeer({ say: { PING: say } });
      const outcome = await attempt(redis, `127.0.0.1:${peer.port}`, {}, { timeoutMs: 20 });
      expect(outcome.verdict).toBe('fail');
      await expect.poll(() => peer.open(), { interval: 2 }).toBe(0);
    }
  });

  test('sends what it says, and the password is in nothing that is shown', async () => {
    await using peer = await startRedisPeer({
      say: { INFO: '$37\r\n# Server\r\nredis_version:8.0.6\r\nos:Lin\r\n\r\n' },
    });
    const value = `redis://monitor:s%C3%A9same@127.0.0.1:${peer.port}/2`;
    const outcome = await attempt(redis, value, { command: 'INFO server' });
    expect(judgement(outcome)).toBe('pass');
    expect(peer.commands).toEqual(['AUTH monitor sésame', 'SELECT 2', 'INFO server']);
    expect(JSON.stringify([outcome, redis.target(redis.value.parse(value))])).not.toMatch(/s.+same/);
    expect(outcome.traits).toEqual({ address: '127.0.0.1', version: '8.0.6' });
  });
});
