import { expect, test } from 'vitest';
import type { z } from 'zod';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

type Json = NonNullable<NonNullable<z.input<typeof httpOptions>['expect']>['json']>;

const body = JSON.stringify({
  status: 'ready',
  version: '1.10.0',
  'a.b': true,
  queue: 4,
  limit: '< 5',
  error: null,
  items: [{ id: 7 }, { id: 8 }],
});

const cases: readonly { readonly name: string; readonly json: Json; readonly is: string }[] = [
  { name: 'a path from the root', json: { '$.status': 'ready' }, is: 'pass' },
  { name: 'a place in a list', json: { 'items[0].id': 7, 'items[-1].id': 8, 'items.1.id': 8 }, is: 'pass' },
  { name: 'a name with a dot in it', json: { '["a.b"]': true }, is: 'pass' },
  {
    name: 'a name with a dot, where none has it',
    json: { 'a.b': true },
    is: 'fail json: found json a.b = nothing, expected json a.b = true',
  },
  { name: 'an expression', json: { status: '/^read(y|ing)$/', version: '/^1\\./' }, is: 'pass' },
  {
    name: 'an expression that does not match',
    json: { '$.status': '/^start/' },
    is: 'fail json: found json $.status = "ready", expected json $.status = /^start/',
  },
  { name: 'less than a number', json: { queue: '< 5' }, is: 'pass' },
  {
    name: 'not less than a number',
    json: { queue: '< 4' },
    is: 'fail json: found json queue = 4, expected json queue < 4',
  },
  {
    name: 'less than a number is no text',
    json: { limit: '< 5' },
    is: 'fail json: found json limit = "< 5", expected json limit < 5',
  },
  { name: 'the text itself', json: { limit: { equals: '< 5' } }, is: 'pass' },
  {
    name: 'the text itself, where it is another',
    json: { status: { equals: 'exists' } },
    is: 'fail json: found json status = "ready", expected json status = "exists"',
  },
  { name: 'more than a text', json: { version: '> "1.9.2"' }, is: 'pass' },
  {
    name: 'not more than a text',
    json: { version: '>= "2"' },
    is: 'fail json: found json version = "1.10.0", expected json version >= "2"',
  },
  { name: 'something, whatever it is', json: { 'items[1]': 'exists', error: 'exists', $: 'exists' }, is: 'pass' },
  {
    name: 'something where there is nothing',
    json: { 'items[2].id': 'exists' },
    is: 'fail json: found json items[2].id = nothing, expected json items[2].id = anything',
  },
  { name: 'nothing', json: { 'items[2]': 'absent', errors: 'absent' }, is: 'pass' },
  {
    name: 'nothing where there is something',
    json: { error: 'absent' },
    is: 'fail json: found json error = null, expected json error = nothing',
  },
  { name: 'how many there are', json: { 'items.length': '>= 2' }, is: 'pass' },
  { name: 'null', json: { error: null }, is: 'pass' },
  {
    name: 'a number is no text of the same signs',
    json: { queue: '4' },
    is: 'fail json: found json queue = 4, expected json queue = "4"',
  },
];

test.each(cases)('$name', async ({ json, is }) => {
  await using peer = await startFaultServer({
    respond: (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
  });
  expect(judgement(await attempt(http, `http://127.0.0.1:${peer.port}/`, { expect: { json } }))).toBe(is);
});

test.each([
  { written: 'items[?(@.id==7)].id', hint: 'write items[0].id' },
  { written: '$..id', hint: 'write id' },
  { written: 'items[0', hint: 'write items[0]' },
  { written: '["a.b', hint: 'write ["a.b"]' },
  { written: 'items[*].id', hint: 'write items[0].id' },
])('$written is a fault of the file', ({ written, hint }) => {
  const { error } = http.options.safeParse({ expect: { json: { [written]: 7 } } });
  expect(error?.issues).toMatchObject([
    { code: 'invalid_key', path: ['expect', 'json', written], issues: [{ params: { hint } }] },
  ]);
});
