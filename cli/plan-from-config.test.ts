import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { composeForTest } from '../test/support/generator-input.ts';
import { planFromConfig } from './plan-from-config.ts';

const services = `services:
  shop: { probes: { front: { http: "http://shop.test/" } } }
  backup: { probes: { nightly: { heartbeat: { every: 24h } }, dump: { file: /backup/dump.sql } } }
`;

function plan(head: string, location?: string) {
  const loaded = loadConfig(`stack: s\n${head}\n${services}`, { file: 'f', env: {}, mode: 'run' });
  if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.diagnostics));
  const made = planFromConfig(loaded.config, composeForTest(), location);
  return { location: made.location, probes: made.probes.map(({ probe, byQuorum }) => [probe, byQuorum]) };
}

test('a heartbeat counts by GET too, unless the file says otherwise', () => {
  const source = `stack: s
services:
  b: { probes: { n: { heartbeat: { every: 24h } }, m: { heartbeat: { cron: "@daily", post_only: true } } } }`;
  const loaded = loadConfig(source, { file: 'watchpost.yaml', env: {}, mode: 'run' });
  if (!('config' in loaded)) throw new Error('there are faults');
  const { probes } = planFromConfig(loaded.config, composeForTest());
  expect(probes.map(({ probe, target, beatsByPostOnly }) => [probe, target, beatsByPostOnly])).toEqual([
    ['n', 'every 1d', undefined],
    ['m', 'cron @daily UTC', true],
  ]);
});

describe('the token of a heartbeat', () => {
  const secret = (text: string | undefined) => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    if (text !== undefined) writeFileSync(join(folder, 'token'), text);
    const source = `stack: s\nservices: { b: { probes: { n: { heartbeat: { every: 24h, token_file: ${folder}/token } } } } }`;
    const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'run' });
    if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.diagnostics));
    return planFromConfig(loaded.config, { ...composeForTest(), secret: (path) => path }).probes[0]?.token?.reveal();
  };

  test('is what its file holds', () => expect(secret('0123456789abcdef-_XYZ\n')).toBe('0123456789abcdef-_XYZ'));
  test.each([undefined, '', 'short', '0123456789abcdef/..'])('is refused where the file holds %j', (text) => {
    expect(() => secret(text)).toThrow(/token file .*\/token/);
  });
});

describe('the plan of a probe service', () => {
  test('alone, has every probe, and none waits for other locations', () => {
    const probes = [
      ['front', false],
      ['nightly', false],
      ['dump', false],
    ];
    expect(plan('')).toEqual({ location: 'local', probes });
  });

  test('that is one of several has what only it can see, and for the rest the rule speaks', () => {
    const probes = [
      ['front', true],
      ['nightly', false],
      ['dump', false],
    ];
    expect(plan('location: ams\nlocations: { fra: "10.8.0.2:9815" }')).toEqual({ location: 'ams', probes });
  });

  test('elsewhere has only what can be seen from there', () => {
    const probes = [['front', true]];
    expect(plan('location: ams\nlocations: { fra: "10.8.0.2:9815" }', 'fra')).toEqual({ location: 'fra', probes });
  });
});

test.for([
  { name: 'both objectives', slo: '{ availability: 99%, latency: { below: 300ms, for: 95% } }', is: [true, 300] },
  { name: 'one for availability', slo: '{ availability: 99% }', is: [true, undefined] },
  { name: 'one for latency', slo: '{ latency: { below: 2s, for: 95% } }', is: [undefined, 2_000] },
  { name: 'none', slo: undefined, is: [undefined, undefined] },
])('the runs of a probe count for what its service promises: $name', ({ slo, is }) => {
  const source = `stack: s\nservices: { shop: { ${slo ? `slo: ${slo}, ` : ''}probes: { front: { http: "http://shop.test/" } } } }`;
  const loaded = loadConfig(source, { file: 'f', env: {}, mode: 'run' });
  if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.diagnostics));
  const [probe] = planFromConfig(loaded.config, composeForTest()).probes;
  expect([probe?.hasAvailability, probe?.fastWithinMs]).toEqual(is);
});
