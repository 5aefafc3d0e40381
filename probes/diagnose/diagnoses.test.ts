import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { Address, Outcome, PlannedProbe, Resolve } from '../model.ts';
import { attempt } from '../probers/attempt-for-test.ts';
import { http } from '../probers/http/http.ts';
import { emptyMemory, failed, passed, sampleProbe } from '../state/sample-probe.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { ownTime } from '../testing/own-time.ts';
import { startSilentPort } from '../testing/silent-port.ts';
import { Diagnoses, type DiagnosesOptions } from './diagnoses.ts';
import { diagnosisMs } from './diagnosis.ts';

const addresses = (...texts: string[]): Resolve => {
  const found = texts.map((address): Address => ({ address, family: address.includes(':') ? 6 : 4 }));
  return async () => found;
};

/** An http probe of the URL as the service would run it. */
function probeOf(url: string): PlannedProbe {
  const value = http.value.parse(url);
  const options = http.options.parse({});
  return sampleProbe({
    endpoints: http.endpoints(value),
    timeoutMs: 5_000,
    run: (run) => http.probe(value, options, run),
    variants: http.variants(value, options).map(({ name, options: own }) => ({
      name,
      run: (run) => http.probe(value, own, run),
    })),
  });
}

function setUp(own: Partial<DiagnosesOptions> = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  return new Diagnoses({
    clock: systemClock,
    resolve: addresses('127.0.0.1'),
    resolvers: () => [],
    stop: stop.signal,
    memoryOf: () => emptyMemory,
    others: () => ({ up: 0, down: 0 }),
    internal: (_, error) => {
      throw error;
    },
    ...own,
  });
}

async function tried(diagnoses: Diagnoses, probe: PlannedProbe, outcome: Outcome = failed()): Promise<string> {
  return (await diagnoses.diagnose(probe, outcome)).diagnosis?.tried ?? '';
}

describe('what is tried', () => {
  test.each([
    { name: 'a reference host that answers', answers: true, is: 'a reference host answers' },
    { name: 'none that does', answers: false, is: 'no reference host answers' },
    { name: 'none that is named', answers: undefined, is: '' },
  ])('says of a reference host: $name', async ({ answers, is }) => {
    const reference = () => (answers === undefined ? undefined : Promise.resolve(answers));
    await using peer = await startFaultServer();
    expect(await tried(setUp({ reference }), probeOf(`http://127.0.0.1:${peer.port}/ok`))).toBe(is);
  });

  test('says which of several addresses is bad, and why', async () => {
    await using peer = await startFaultServer();
    const diagnoses = setUp({ resolve: addresses('127.0.0.1', '127.0.0.2') });
    expect(await tried(diagnoses, probeOf(`http://panel:${peer.port}/ok`))).toBe(
      '1 of 2 addresses pass; 127.0.0.2: the connection was refused',
    );
  });

  test('says which family is bad', async () => {
    await using peer = await startFaultServer();
    const diagnoses = setUp({ resolve: addresses('127.0.0.1', '::1') });
    expect(await tried(diagnoses, probeOf(`http://panel:${peer.port}/ok`))).toBe(
      '1 of 2 addresses pass; ::1: the connection was refused; IPv4 passes, IPv6 does not',
    );
  });

  test.each([
    { name: 'that all addresses fail alike', path: 'status-503', says: 'all 2 addresses fail alike' },
    { name: 'that each address passes by now', path: 'ok', says: 'each of its 2 addresses passes now' },
  ])('says $name', async ({ path, says }) => {
    await using peer = await startFaultServer();
    const diagnoses = setUp({ resolve: addresses('127.0.0.1', '127.0.0.1') });
    expect(await tried(diagnoses, probeOf(`http://panel:${peer.port}/${path}`))).toBe(says);
  });

  test('says where the run was redirected', async () => {
    await using peer = await startFaultServer();
    const url = `http://127.0.0.1:${peer.port}`;
    const probe = probeOf(`${url}/redirect-to?/status-503`);
    const outcome = await attempt(http, `${url}/redirect-to?/status-503`, {});
    expect(await tried(setUp(), probe, outcome)).toBe(`redirected: 302 to ${url}/status-503`);
  });

  test('says that it passes when the certificate is not verified', async () => {
    const authority = await createAuthority('diagnosis', Date.now());
    const dates = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 86_400_000 };
    await using peer = await startFaultServer({ tls: await authority.issue({ names: ['panel'], ...dates }) });
    const probe = probeOf(`https://panel:${peer.port}/ok`);
    const diagnoses = setUp();
    expect(await tried(diagnoses, probe, failed('certificate_untrusted'))).toBe(
      'passes without verifying the certificate',
    );
  });

  test.each([
    { name: 'another address', theirs: addresses('10.0.0.9'), says: 'the name server 10.0.0.2 says 10.0.0.9' },
    { name: 'the same address', theirs: addresses('127.0.0.1'), says: '' },
    {
      name: 'no address',
      theirs: () => Promise.reject(new Error('ENOTFOUND')),
      says: 'the name server 10.0.0.2 does not resolve panel',
    },
  ])('says when another name server says $name', async ({ theirs, says }) => {
    await using peer = await startFaultServer();
    const diagnoses = setUp({ resolvers: () => [{ name: 'the name server 10.0.0.2', resolve: theirs }] });
    expect(await tried(diagnoses, probeOf(`http://panel:${peer.port}/ok`))).toBe(says);
  });

  test.each([
    { others: { up: 12, down: 0 }, says: 'all 12 other probes are up' },
    { others: { up: 3, down: 9 }, says: '9 of 12 other probes are down too' },
    { others: { up: 0, down: 1 }, says: '1 of 1 other probe is down too' },
  ])('says how the others stand: $says', async ({ others, says }) => {
    const diagnoses = setUp({ others: () => others });
    expect(await tried(diagnoses, sampleProbe({ endpoints: [] }))).toBe(says);
  });

  test('ends in its time whatever the peer does', async () => {
    await using silent = await startSilentPort('127.0.0.2');
    await using dead = await startSilentPort('127.0.0.3', silent.port);
    const diagnoses = setUp({ resolve: addresses('127.0.0.2', '127.0.0.3') });
    let says: string | undefined;
    const took = await ownTime(async () => {
      says = await tried(diagnoses, probeOf(`http://panel:${dead.port}/`));
    });
    expect(took).toBeLessThan(diagnosisMs + 100);
    expect(says).toBe('all 2 addresses fail alike');
  });

  test('is left out for what is beyond twenty that fail together', async () => {
    const answers = Promise.withResolvers<readonly Address[]>();
    const diagnoses = setUp({ resolve: () => answers.promise });
    const first = Array.from({ length: 20 }, () => tried(diagnoses, probeOf('http://panel:1/')));
    expect(await tried(diagnoses, probeOf('http://panel:1/'))).toBe('not diagnosed: 20 others fail at the same time');
    answers.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect(new Set(await Promise.all(first))).toEqual(new Set(['']));
  });
});

describe('what has changed', () => {
  test('is told of traits and of phases that take far longer, against the last good run', async () => {
    const diagnoses = setUp({ clock: { ...systemClock, now: () => 1_012_000 } });
    const probe = sampleProbe({ endpoints: [] });
    const phases = (processing: number) => [
      { metric: 'probe_http_duration_seconds' as const, value: 0.001, labels: { phase: 'connect' } },
      { metric: 'probe_http_duration_seconds' as const, value: processing, labels: { phase: 'processing' } },
    ];
    const good = { version: '1.4.2', addresses: '10.0.0.6', server: 'nginx' };
    diagnoses.passed(probe, passed({ traits: good, samples: phases(0.012) }), 1_000_000);
    const bad = failed('status', {
      traits: { version: '1.4.3', addresses: '10.0.0.7', server: 'nginx' },
      samples: phases(0.48),
    });
    expect((await diagnoses.diagnose(probe, bad)).diagnosis).toEqual({
      tried: '',
      changed:
        'since the last good run 12 s before: version 1.4.2 → 1.4.3, addresses 10.0.0.6 → 10.0.0.7, processing 12 ms → 480 ms',
    });
  });

  test('is empty where there never was a good run, and where nothing is different', async () => {
    const diagnoses = setUp();
    const probe = sampleProbe({ endpoints: [] });
    expect((await diagnoses.diagnose(probe, failed())).diagnosis?.changed).toBe('');
    diagnoses.passed(probe, passed({ traits: { version: '1' } }), 0);
    expect((await diagnoses.diagnose(probe, failed('connect_refused'))).diagnosis?.changed).toBe('');
  });
});
