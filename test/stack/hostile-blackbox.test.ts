import { spawn } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePorts } from '../../cli/testing/running-watchpost.ts';
import { httpOptions } from '../../probes/probers/http/options.ts';
import { redirectLimit } from '../../probes/probers/http/redirects.ts';
import { prepareHostilePeers } from '../../probes/testing/hostile/peers.ts';
import type { HostileRow } from '../../probes/testing/hostile/row.ts';
import { hostileRows } from '../../probes/testing/hostile/table.ts';
import { reasons } from '../../stack/reasons.ts';
import { which } from '../support/shell.ts';

const program = (await which('blackbox_exporter')) ?? (await which('prometheus-blackbox-exporter'));
const lacking = program ? '' : ' (no program blackbox_exporter)';

test.skipIf(lacking)(
  `every verdict that blackbox_exporter can give is ours, or the table says why not${lacking}`,
  async ({ annotate }) => {
    await using cleanup = new AsyncDisposableStack();
    const peers = cleanup.use(await prepareHostilePeers());
    const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), 'blackbox-')));
    const rows = hostileRows.flatMap((row) => {
      const module = moduleOf(row, peers.caFile);
      return module ? [{ row, module }] : [];
    });
    const modules = Object.fromEntries(rows.map(({ module }, i) => [`row_${i}`, module]));
    const config = join(folder.path, 'blackbox.yml');
    await writeFile(config, stringify({ modules }));
    const [port] = await freePorts(1);
    const exporter = spawn(program ?? '', [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    cleanup.defer(async () => {
      exporter.kill('SIGKILL');
    });
    const base = `http://127.0.0.1:${port}`;
    await expect
      .poll(
        () =>
          fetch(`${base}/-/healthy`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);

    const ask = async (row: HostileRow, i: number) => {
      await using own = new AsyncDisposableStack();
      const peer = await peers.start(row, own);
      const target = encodeURIComponent(peers.valueOf(row, peer.port));
      const url = `${base}/probe?module=row_${i}&target=${target}`;
      const said = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.text(),
        () => 'no answer',
      );
      const theirs = said === 'no answer' ? 'no answer' : /^probe_success 1$/m.test(said) ? 'pass' : 'fail';
      return { name: row.name, theirs, ours: reasons[row.reason].verdict, why: row.blackbox };
    };
    const compared = await Promise.all(rows.map(({ row }, i) => ask(row, i)));
    // All at once on a machine that has other work, one may run into the second that it is given. It is asked by itself, then.
    for (const [i, { theirs, ours, why }] of compared.entries()) {
      const row = rows[i]?.row;
      if (row && (theirs === ours) !== (why === undefined)) compared[i] = await ask(row, i);
    }
    const unexplained = compared.filter(({ theirs, ours, why }) => theirs !== ours && why === undefined);
    const needless = compared.filter(({ theirs, ours, why }) => theirs === ours && why !== undefined);
    const differ = compared.filter(({ theirs, ours }) => theirs !== ours).length;
    await annotate(
      `${compared.length} of ${hostileRows.length} rows can be expressed; ${differ} verdicts differ, all explained`,
    );
    expect({ unexplained, needless }).toEqual({ unexplained: [], needless: [] });
  },
);

/** The row as blackbox_exporter is configured for it; undefined where that cannot be said. */
function moduleOf({ kind, options = {}, certificate, resolves }: HostileRow, caFile: string): unknown {
  if (resolves) return undefined;
  const unchecked = options.trust === 'unchecked' && { insecure_skip_verify: true };
  const tls = certificate ? { tls_config: { ca_file: caFile, ...unchecked } } : {};
  if (kind === 'http') return httpModule(options, tls);
  const plain = Object.keys(options).length === 0;
  if (kind === 'tcp' && plain) return { prober: 'tcp', timeout: '1s', tcp: { preferred_ip_protocol: 'ip4' } };
  if (kind === 'tls' && plain) {
    return {
      prober: 'tcp',
      timeout: '1s',
      tcp: { preferred_ip_protocol: 'ip4', tls: true, tls_config: { ca_file: caFile } },
    };
  }
  return undefined;
}

function httpModule(options: Readonly<Record<string, unknown>>, tls: object): unknown {
  const { method, body_limit: bodyLimit, expect: wanted = {} } = options;
  const { status, body, json, headers, ...rest } = wanted as Readonly<Record<string, unknown>>;
  // It knows no time limit below that of the probe, and the JSON of an answer only by expressions of its own.
  if (Object.keys(rest).length > 0 || json !== undefined) return undefined;
  return {
    prober: 'http',
    timeout: '1s',
    http: {
      preferred_ip_protocol: 'ip4',
      follow_redirects: redirectLimit(httpOptions.parse(options)) > 0,
      ...(method !== undefined && { method }),
      ...(status !== undefined && { valid_status_codes: [status].flat().flatMap(codesOf) }),
      ...(bodyLimit !== undefined && { body_size_limit: `${bodyLimit}B` }),
      ...(body !== undefined && { fail_if_body_not_matches_regexp: [pattern(body)] }),
      ...(headers !== undefined && {
        fail_if_header_not_matches: Object.entries(headers as Readonly<Record<string, string>>).map(
          ([header, text]) => ({
            header,
            regexp: pattern(text),
          }),
        ),
      }),
      ...tls,
    },
  };
}

/** It lists codes, and knows no `2xx`. */
function codesOf(status: unknown): readonly number[] {
  const [, first] = /^(\d)xx$/.exec(String(status)) ?? [];
  return first === undefined ? [Number(status)] : Array.from({ length: 100 }, (_, i) => Number(first) * 100 + i);
}

function pattern(text: unknown): string {
  const [, expression] = /^\/(.*)\/$/.exec(String(text)) ?? [];
  return expression ?? (text === '' ? '.*' : String(text));
}
