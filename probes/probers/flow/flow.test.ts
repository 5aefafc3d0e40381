import { describe, expect, test } from 'vitest';
import { attempt, judgement } from '../attempt-for-test.ts';
import { flow } from './flow.ts';
import { type ShopOptions, startShop, steps } from './peer-for-test.ts';

describe('a flow', () => {
  test('hands on what it saves, keeps its cookies, and times each step', async () => {
    await using shop = await startShop();
    for (let i = 0; i < 2; i++) {
      const outcome = await attempt(flow, steps(shop.port), {});
      expect(judgement(outcome)).toBe('pass');
      expect(phases(outcome)).toEqual(['log in', 'orders', 'log out']);
      expect(outcome.samples).toContainEqual({ metric: 'probe_http_status_code', value: 204 });
      expect(outcome.traits).toMatchObject({ 'size in "orders"': '23 characters' });
      expect(shop.sessions()).toBe(0);
    }
    const once = ['POST /login', 'GET /orders', 'POST /logout'];
    expect(shop.requests).toEqual([...once, ...once]);
  });

  const faults: readonly {
    readonly name: string;
    readonly shop: ShopOptions;
    readonly is: string | RegExp;
    readonly ran: readonly string[];
  }[] = [
    {
      name: 'a step in the middle',
      shop: { breaks: '/orders?of=7' },
      is: 'fail status: found status 500 ({"error":"the till is stuck"}) in step "orders", expected status 2xx',
      ran: ['log in', 'orders'],
    },
    {
      name: 'the last step',
      shop: { breaks: '/logout' },
      is: /^fail status: found status 500 .* in step "log out", expected status 2xx$/,
      ran: ['log in', 'orders', 'log out'],
    },
    {
      name: 'a step that hangs',
      shop: { breaks: '/orders?of=7', how: 'hang' },
      is: /^fail response_timeout: found no answer in \d+ ms in step "orders", expected an HTTP answer$/,
      ran: ['log in', 'orders'],
    },
    {
      name: 'a value that is not there',
      shop: { how: 'no token' },
      is: 'fail json: found no text or number at data.token in step "log in", expected a value to save as token',
      ran: ['log in'],
    },
  ];
  test.each(faults)('fails with the name of the step: $name', async ({ shop: options, is, ran }) => {
    await using shop = await startShop(options);
    const outcome = await attempt(flow, steps(shop.port), {}, { timeoutMs: 400 });
    if (typeof is === 'string') expect(judgement(outcome)).toBe(is);
    else expect(judgement(outcome)).toMatch(is);
    expect(phases(outcome)).toEqual(ran);
    await expect.poll(() => shop.open()).toBe(0);
  });

  test.each([
    { name: 'a token', mark: '' },
    { name: 'one with signs that URLs, JSON and forms write otherwise', mark: 'a"b\\c d&e=ü' },
  ])('shows no value that it saved, not even where the target echoes it: $name', async ({ mark }) => {
    await using shop = await startShop({ breaks: '/logout', how: 'echo', mark });
    const outcome = await attempt(flow, steps(shop.port), {});
    expect(outcome).toMatchObject({ verdict: 'fail', reason: 'status' });
    const shown = JSON.stringify(outcome);
    expect(shown).toContain('[redacted]');
    for (const secret of [shop.token(), encodeURIComponent(shop.token()), 'sesame'])
      expect(shown).not.toContain(secret);
  });

  test('takes a value out of a page, by an expression', async () => {
    await using shop = await startShop();
    const [login, ...rest] = steps(shop.port);
    const own = { ...login, save: { ...login?.save, token: { body: '/"token":"([0-9a-f]+)"/' } } };
    expect(judgement(await attempt(flow, [own, ...rest] as ReturnType<typeof steps>, {}))).toBe('pass');
  });

  test.each(['$.data.token', "$['data']['token']", 'data["token"]'])('takes a value by the path %s', async (json) => {
    await using shop = await startShop();
    const [login, ...rest] = steps(shop.port);
    const own = { ...login, save: { ...login?.save, token: { json } } };
    expect(judgement(await attempt(flow, [own, ...rest] as ReturnType<typeof steps>, {}))).toBe('pass');
  });

  test.each([
    { json: 'data.tokens[?(@.id==7)]', hint: 'write data.tokens[0]' },
    { json: 'data..token', hint: 'write data.token' },
    { json: 'data.tokens[0', hint: 'write data.tokens[0]' },
  ])('does not take a value by the path $json', ({ json, hint }) => {
    const [login] = steps(1);
    const { error } = flow.value.safeParse([{ ...login, save: { token: { json } } }]);
    expect(error?.issues).toMatchObject([{ path: [0, 'save', 'token', 'json'], params: { hint } }]);
  });

  test('judges the answer of a step by matchers', async () => {
    await using shop = await startShop();
    const [login, orders] = steps(shop.port);
    const own = { ...orders, expect: { json: { '$.of': '> "6"', csrf: '/^c-/', total: 'absent' } } };
    expect(judgement(await attempt(flow, [login, own] as ReturnType<typeof steps>, {}))).toBe('pass');
  });

  test('writes a value into a form as forms do, and cuts what would end a header', async () => {
    await using shop = await startShop({ mark: 'a&b=c' });
    const [login, orders] = steps(shop.port);
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-csrf': 'a\r\nb'.replace(/[\r\n]/g, '') };
    const echo = {
      ...orders,
      name: 'form',
      method: 'POST' as const,
      headers: form,
      body: 'token={{token}}',
      expect: {},
    };
    const outcome = await attempt(flow, [login, echo] as ReturnType<typeof steps>, {});
    expect(judgement(outcome)).toBe('pass');
  });
});

function phases({ samples }: Awaited<ReturnType<typeof attempt>>): readonly (string | undefined)[] {
  return samples
    .filter(({ metric }) => metric === 'watchpost_probe_flow_duration_seconds')
    .map(({ labels }) => labels?.phase);
}
