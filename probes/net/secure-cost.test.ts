import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Outcome, Run } from '../model.ts';
import { emptyMemory } from '../probers/attempt-for-test.ts';
import { http } from '../probers/http/http.ts';
import { tls } from '../probers/tls/tls.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';

describe('a run over TLS makes nothing that nobody asks for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-cost-'));
  const authority = await createAuthority('test', Date.now());
  const ca_file = join(folder, 'ca.pem');
  writeFileSync(ca_file, authority.ca);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => vi.restoreAllMocks());

  const issue = () =>
    authority.issue({ names: ['localhost'], notBefore: Date.now() - 1_000, notAfter: Date.now() + 86_400_000 });

  type Probe = (port: number, run: Run) => Promise<Outcome>;
  const probers: readonly { readonly name: string; readonly probe: Probe }[] = [
    {
      name: 'http',
      probe: (port, run) =>
        http.probe(http.value.parse(`https://127.0.0.1:${port}/ok`), http.options.parse(options), run),
    },
    {
      name: 'tls',
      probe: (port, run) => tls.probe(tls.value.parse(`127.0.0.1:${port}`), tls.options.parse(options), run),
    },
  ];
  const options = { server_name: 'localhost', ca_file };

  test.each(probers)('$name: no signal, once its ca_file was read', async ({ probe }) => {
    await using peer = await startFaultServer({ tls: await issue() });
    const signals: number[] = [];
    // The file is read once a second, so on a slow machine more than the first of these runs may read it.
    for (let i = 0; i < 10; i++) {
      const { run, signals: asked } = counted();
      expect((await probe(peer.port, run)).verdict).toBe('pass');
      signals.push(asked());
    }
    expect(Math.min(...signals)).toBe(0);
  });

  test.each(probers)('$name: a certificate is read once, however often it comes', async ({ probe }) => {
    await using peer = await startFaultServer({ tls: await issue() });
    const dates = vi.spyOn(X509Certificate.prototype, 'validTo', 'get');
    await probe(peer.port, counted().run);
    const first = dates.mock.calls.length;
    expect(first).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) expect((await probe(peer.port, counted().run)).verdict).toBe('pass');
    expect(dates.mock.calls.length).toBe(first);
  });

  test.each(probers)('$name: no texts of the whole chain', async ({ probe }) => {
    await using peer = await startFaultServer({ tls: await issue() });
    const texts = vi.spyOn(TLSSocket.prototype, 'getPeerCertificate');
    expect((await probe(peer.port, counted().run)).verdict).toBe('pass');
    expect(texts).not.toHaveBeenCalled();
  });
});

/** A run as the schedule makes it: its signal is made when somebody asks for it. */
function counted(): { readonly run: Run; readonly signals: () => number } {
  let signals = 0;
  const run: Run = {
    get signal() {
      signals++;
      return AbortSignal.timeout(5_000);
    },
    onAbort: () => () => {},
    timeoutMs: 5_000,
    resolve: () => Promise.reject(new Error('nothing is resolved here')),
    memory: emptyMemory(),
    now: Date.now,
  };
  return { run, signals: () => signals };
}
