import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type FaultServer, startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { flow } from './flow.ts';
import type { flowValue } from './options.ts';

type Step = z.input<typeof flowValue>[number];

const noFault = 'pass';

describe('what a step saves is a fail where the next one cannot send it', () => {
  const cases: readonly {
    readonly name: string;
    readonly json: string;
    readonly step: (at: string) => Partial<Step>;
    readonly is: string;
  }[] = [
    {
      name: 'half a character in a URL',
      json: '"\\ud800"',
      step: (at) => ({ http: `${at}/ok?name={{name}}` }),
      is: 'half a character (a lone surrogate) in what was saved as name in step "use", expected a value that a URL can hold',
    },
    {
      name: 'half a character in a form',
      json: '"a\\udfff"',
      step: () => ({
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'name={{name}}',
      }),
      is: 'half a character (a lone surrogate) in what was saved as name in step "use", expected a value that a form can hold',
    },
    {
      name: 'Cyrillic in a header',
      json: '"имя"',
      step: () => ({ headers: { 'x-name': 'of {{name}}' } }),
      is: 'characters beyond Latin-1 in what was saved as name in step "use", expected a value that a header can hold',
    },
    {
      name: 'half a character in a header',
      json: '"\\ud800"',
      step: () => ({ headers: { 'x-name': '{{name}}' } }),
      is: 'characters beyond Latin-1 in what was saved as name in step "use", expected a value that a header can hold',
    },
    {
      name: 'an emoji in a token',
      json: '"😀"',
      step: () => ({ bearer: '{{name}}' }),
      is: 'characters beyond Latin-1 in what was saved as name in step "use", expected a value that a header can hold',
    },
    {
      name: 'signs that no host has',
      json: '"a b"',
      step: () => ({ http: 'http://{{name}}/ok' }),
      is: 'what makes no URL in what was saved as name in step "use", expected a value that the URL of the step can hold',
    },
    { name: 'half a character in JSON', json: '"\\ud800"', step: jsonStep, is: noFault },
    {
      name: 'half a character in a password',
      json: '"\\ud800"',
      step: () => ({ basic: { user: '{{name}}', password: 'a{{name}}' } }),
      is: noFault,
    },
    { name: 'Cyrillic in a URL', json: '"имя"', step: (at) => ({ http: `${at}/ok?name={{name}}` }), is: noFault },
    { name: 'umlauts in a header', json: '"größe"', step: () => ({ headers: { 'x-name': '{{name}}' } }), is: noFault },
    {
      name: 'line breaks in a header',
      json: '"a\\r\\nx: y"',
      step: () => ({ headers: { 'x-name': '{{name}}' } }),
      is: noFault,
    },
  ];
  test.each(cases)('$name', async ({ json, step, is }) => {
    await using peer = await startFaultServer();
    const outcome = await attempt(flow, stepsOf(peer, json, step), {});
    expect(judgement(outcome)).toBe(is === noFault ? is : `fail answer: found ${is}`);
    expect(peer.requests).toHaveLength(is === noFault ? 2 : 1);
  });
});

function jsonStep(): Partial<Step> {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"{{name}}"}' };
}

function stepsOf({ port }: FaultServer, json: string, step: (at: string) => Partial<Step>): Step[] {
  const at = `http://127.0.0.1:${port}`;
  const save = { name: { json: 'name' } };
  const saying = `${at}/says?${encodeURIComponent(`{"name":${json}}`)}`;
  return [
    { name: 'save', http: saying, save },
    { name: 'use', http: `${at}/ok`, ...step(at) },
  ];
}
