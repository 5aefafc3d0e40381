import { describe, expect, test } from 'vitest';
import { Secret } from '../../stack/secret.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { attempt, judgement } from './attempt-for-test.ts';
import { http } from './http/http.ts';
import { credential, masksFor, message, named } from './mask.ts';
import { toldApart } from './told-apart.ts';

describe('an everyday value is shown', () => {
  test.each([
    { name: 'a header of a flag', given: named('x-debug', 'true'), text: 'ready = true' },
    { name: 'a header of a zone', given: named('x-zone', 'public'), text: 'public holiday' },
    { name: 'a parameter of a format', given: named('format', 'json'), text: 'no json here' },
    {
      name: 'a media type',
      given: named('x-wants', 'application/json; charset=utf-8'),
      text: 'application/json; charset=utf-8',
    },
    { name: 'a language', given: named('lang', 'de-DE'), text: 'de-DE' },
    { name: 'a number', given: named('limit', '1000'), text: 'limit 1000' },
    { name: 'a version', given: named('x-version', 'v1.4.2'), text: 'v1.4.2' },
    { name: 'a tenant of one word', given: named('x-tenant', 'acme'), text: 'acme is down' },
    { name: 'a body of a word', given: message('PING'), text: 'PING' },
  ])('$name', ({ given, text }) => {
    expect(masksFor([given], {}, {}).found(text)).toBe(text);
  });
});

describe('what lets somebody in is masked', () => {
  test.each([
    { name: 'a password, whatever it says', given: credential('public') },
    { name: 'a header whose name says so', given: named('X-Api-Key', 'acme') },
    { name: 'a cookie', given: named('session', 'acme') },
    { name: 'a parameter whose name says so', given: named('access_token', 'acme') },
    { name: 'a value of letters and digits', given: named('x-tenant', 'acme7f3') },
    { name: 'a body', given: message('acme 7') },
    { name: 'the value of a variable in a header', given: named('x-tenant', 'sesame'), elsewhere: 'sesame' },
    {
      name: 'the value of a variable in a body',
      given: message('{"a":"sesame"}'),
      elsewhere: 'sesame',
      echo: 'sesame',
    },
  ])('$name', ({ given, elsewhere, echo = given.text }) => {
    const variables = { inExpect: [], elsewhere: elsewhere === undefined ? [] : [new Secret(elsewhere)] };
    expect(masksFor([given], { variables }, {}).found(`you sent ${echo}.`)).toBe('you sent [redacted].');
  });
});

describe('what is expected', () => {
  const given = [credential('sesame'), credential('open sesame'), named('x-token', 'status')];

  test('is shown where it stands literally in the file, in the answer too', () => {
    const options = { steps: [{ expect: { json: { status: 'sesame' } } }] };
    const masks = masksFor(given, {}, options);
    expect(masks.expected('json status = "sesame"')).toBe('json status = "sesame"');
    expect(masks.found('json status = "sesame or open sesame"')).toBe('json status = "sesame or [redacted]"');
  });

  test.each([
    {
      name: 'a long one',
      value: 'hunter2-hunter2',
      expected: 'json a = "hunter2-hunter2"',
      is: 'json a = "[redacted]"',
    },
    { name: 'an everyday one', value: 'true', expected: 'json a = "true"', is: 'json a = "[redacted]"' },
    { name: 'a short one', value: '7', expected: 'json a.17 = "7"', is: 'json a.17 = "[redacted]"' },
    {
      name: 'one in an expression',
      value: 'hunter2',
      expected: 'a body with /to: hunter2/',
      is: 'a body with /to: [redacted]/',
    },
    {
      name: 'one of bytes',
      value: '48554e 5445523258',
      expected: 'the bytes 48 55 4e 54 45 52 32 58',
      is: 'the bytes [redacted]',
    },
    { name: 'one with quotes', value: 'a"b"c', expected: 'json a = "a\\"b\\"c"', is: 'json a = "[redacted]"' },
    {
      name: 'one that was cut off',
      value: 'hunter2-hunter2',
      expected: 'a body with "and then hunter2-hun…"',
      is: 'a body with "and then [redacted]…"',
    },
  ])('is masked where it is the value of a variable: $name', ({ value, expected, is }) => {
    const variables = { inExpect: [new Secret(value)], elsewhere: [] };
    const masks = masksFor([], { variables }, { expect: { body: value } });
    expect(masks.expected(expected)).toBe(is);
    if (value.length >= 4) expect(masks.found(`you said ${value}`)).toBe('you said [redacted]');
  });
});

describe('found and expected', () => {
  const alike: readonly { readonly name: string; readonly found: string; readonly expected: string }[] = [
    { name: 'masked', found: 'json token = "[redacted]"', expected: 'json token = "[redacted]"' },
    { name: 'masked, in other words', found: 'header x = "[redacted]"', expected: 'header x with "[redacted]"' },
    { name: 'cut off', found: `a body that begins "${'a'.repeat(59)}…"`, expected: `a body with "${'a'.repeat(59)}…"` },
    { name: 'in blanks', found: 'header x = "a b"', expected: 'header x with "a\u00a0b"' },
    {
      name: 'in the way a letter is written',
      found: 'json x = "gr\u00f6\u00dfe"',
      expected: 'json x = "gro\u0308\u00dfe"',
    },
    { name: 'in what is not seen', found: 'the reply "PO\u200bNG"', expected: 'the reply "PONG"' },
  ];
  test.each(alike)('that would read alike are told apart: $name', ({ found, expected }) => {
    expect(toldApart(found, expected)).toBe(`${found}, which is another value`);
  });

  test.each([
    { name: 'a status', found: 'status 503', expected: 'status 200' },
    { name: 'a text that is forbidden', found: 'header x = "a"', expected: 'header x without "a"' },
    { name: 'a forbidden body', found: 'a body that begins "a"', expected: 'a body without "a"' },
    { name: 'nothing', found: '', expected: '' },
  ])('that differ stay as they are: $name', ({ found, expected }) => {
    expect(toldApart(found, expected)).toBe(found);
  });

  test('stay within one line of 160 characters', () => {
    const text = `json a = "${'x'.repeat(149)}"`;
    expect(toldApart(text, text)).toHaveLength(160);
  });
});

describe('a probe by HTTP', () => {
  test('shows what it expects, although it sends the same', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/says?${encodeURIComponent('{"json":"public","ready":false}')}`;
    const headers = { 'x-debug': 'true', 'x-zone': 'public', accept: 'json', authorization: 'Bearer ready' };
    const outcome = await attempt(http, url, { headers, expect: { json: { json: 'public', ready: true } } });
    expect(judgement(outcome)).toBe('fail json: found json ready = false, expected json ready = true');
    expect(outcome.steps.map(({ text }) => text)).toContain('expected json ready = true');
  });

  test('tells two secrets apart that are both masked', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/says?${encodeURIComponent('{"key":"sesame-1"}')}`;
    const variables = { inExpect: [new Secret('sesame-2')], elsewhere: [] };
    const options = { headers: { 'x-key': 'sesame-1' }, expect: { json: { key: 'sesame-2' } } };
    const probing = {
      ...http,
      probe: (...[value, own, run]: Parameters<typeof http.probe>) => http.probe(value, own, { ...run, variables }),
    };
    expect(judgement(await attempt(probing, url, options))).toBe(
      'fail json: found json key = "[redacted]", which is another value, expected json key = "[redacted]"',
    );
  });

  test('shows everyday values of redirects and cookies', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}/redirect-to?${encodeURIComponent('/says?{"ready":false,"theme":"dark"}&lang=dark')}`;
    const outcome = await attempt(http, url, { expect: { body: 'light' } });
    expect(outcome.found).toContain('dark');
  });

  test.each([
    { name: 'of a variable', agent: 'probe/sesame-1' },
    { name: 'of a variable alone', agent: 'sesame-1' },
  ])('sends no user-agent with the value $name to another origin', async ({ agent }) => {
    await using first = await startFaultServer();
    await using second = await startFaultServer();
    const variables = { inExpect: [], elsewhere: [new Secret('sesame-1')] };
    const probing = {
      ...http,
      probe: (...[value, own, run]: Parameters<typeof http.probe>) => http.probe(value, own, { ...run, variables }),
    };
    const url = `http://127.0.0.1:${first.port}/redirect-to?http://127.0.0.1:${second.port}/ok`;
    expect(judgement(await attempt(probing, url, { headers: { 'user-agent': agent } }))).toBe('pass');
    expect(first.requests[0]).toContain('sesame-1');
    expect(second.requests[0]).toContain('user-agent: watchpost');
    expect(second.requests[0]).not.toContain('sesame-1');
  });
});
