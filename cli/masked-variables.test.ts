import { expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { createResolver } from '../probes/net/resolve.ts';
import { emptyMemory, judgement } from '../probes/probers/attempt-for-test.ts';
import { startFaultServer } from '../probes/testing/fault-server.ts';
import { planFromConfig } from './plan-from-config.ts';

const surroundings = { reach: (address: string) => address, secret: (path: string) => path };

async function judged(probe: string, env: Readonly<Record<string, string>>): Promise<string> {
  const source = `stack: shop\nservices:\n  web:\n    probes:\n      home: ${probe}\n`;
  const loaded = loadConfig(source, { file: 'watchpost.yaml', env, mode: 'run' });
  if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.diagnostics));
  const [planned] = planFromConfig(loaded.config, surroundings).probes;
  if (!planned) throw new Error('no probe was planned');
  const outcome = await planned.run({
    signal: AbortSignal.timeout(2_000),
    timeoutMs: 2_000,
    resolve: createResolver(),
    memory: emptyMemory(),
    now: Date.now,
  });
  const said = JSON.stringify([outcome.found, outcome.expected, outcome.steps, outcome.traits]);
  for (const value of Object.values(env)) expect(said).not.toContain(value);
  return judgement(outcome);
}

const cases: readonly { readonly name: string; readonly probe: (at: string) => string; readonly is: string }[] = [
  {
    name: 'JSON',
    probe: (at) => `{ http: "http://${at}/ok", expect: { json: { status: "\${WORD}" } } }`,
    is: 'fail json: found json status = "ready", expected json status = "[redacted]"',
  },
  {
    name: 'a body',
    probe: (at) => `{ http: "http://${at}/starting", expect: { body: "so \${WORD} it is" } }`,
    is: 'fail body: found a body that begins "{"status":"starting"}", expected a body with "so [redacted] it is"',
  },
  {
    name: 'a regular expression',
    probe: (at) => `{ http: "http://${at}/ok", expect: { headers: { x-version: "/^\${WORD}$/" } } }`,
    is: 'fail header: found header x-version = "1.4.2", expected header x-version with /^[redacted]$/',
  },
  {
    name: 'a step of a flow',
    probe: (at) => `{ flow: [{ name: a, http: "http://${at}/ok", expect: { json: { status: "\${WORD}" } } }] }`,
    is: 'fail json: found json status = "ready" in step "a", expected json status = "[redacted]"',
  },
  {
    name: 'a dialogue by TCP',
    probe: (at) => `{ tcp: "${at}", dialogue: [{ send: "GET /ok HTTP/1.0\\r\\n\\r\\n" }, { expect: "\${WORD}" }] }`,
    is: 'fail answer: found "{"status":"ready","data":{"items":[{"id":7}]}}", expected a line with [redacted]',
  },
];
test.each(cases)('a variable in what is expected is a secret: $name', async ({ probe, is }) => {
  await using peer = await startFaultServer();
  const said = await judged(probe(`127.0.0.1:${peer.port}`), { WORD: 'hunter2' });
  expect(said).toBe(is);
});
