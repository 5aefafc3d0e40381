import { expect, test } from 'vitest';
import type { z } from 'zod';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

const cases: readonly {
  readonly name: string;
  readonly path: string;
  readonly options: z.input<typeof httpOptions>;
  readonly is: string | RegExp;
}[] = [
  { name: 'a text that is not there', path: '/ok', options: { expect: { not_body: 'oops' } }, is: 'pass' },
  {
    name: 'a text that must not be there',
    path: '/status-500-html',
    options: { expect: { status: 500, not_body: ['database', '/OOPS/i'] } },
    is: 'fail body: found a body that begins "<html><h1>oops</h1></html>", expected a body without /OOPS/i',
  },
  {
    name: 'a header that must not be there',
    path: '/ok',
    options: { expect: { not_headers: { 'X-Version': '' } } },
    is: 'fail header: found header X-Version = "1.4.2", expected no header X-Version',
  },
  {
    name: 'a header with another value than the forbidden one',
    path: '/ok',
    options: { expect: { not_headers: { 'X-Version': '/^1\\.3/', 'X-Other': '' } } },
    is: 'pass',
  },
  {
    name: 'a phase that takes too long',
    path: '/slow?60',
    options: { expect: { phases: { connect: '1s', processing: '20ms' } } },
    is: /^fail slow: found processing took \d+ ms, expected processing within 20 ms$/,
  },
  { name: 'a phase that did not run', path: '/ok', options: { expect: { phases: { tls: '1ms' } } }, is: 'pass' },
];

test.each(cases)('$name', async ({ path, options, is }) => {
  await using peer = await startFaultServer();
  const said = judgement(await attempt(http, `http://127.0.0.1:${peer.port}${path}`, options));
  if (typeof is === 'string') expect(said).toBe(is);
  else expect(said).toMatch(is);
});

test('compression is asked for where it is wanted, and nowhere else', async () => {
  await using peer = await startFaultServer();
  const url = `http://127.0.0.1:${peer.port}/ok-gzip`;
  const expected = { body: 'compressed' };
  expect(judgement(await attempt(http, url, { compression: true, expect: expected }))).toBe('pass');
  expect(judgement(await attempt(http, url, { expect: expected }))).toBe('pass');
  expect(peer.requests.map((text) => /^accept-encoding: (.*)$/m.exec(text)?.[1]?.trim())).toEqual([
    'gzip, deflate, br',
    undefined,
  ]);
});
