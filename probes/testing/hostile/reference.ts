import { stringify } from 'yaml';
import { reasons } from '../../../stack/reasons.ts';
import type { HostileRow } from './row.ts';
import { hostileRows } from './table.ts';

/** The table for people: what a target does, how it was probed, and what came of it. */
export function hostileReference(): string {
  const rows = hostileRows.map((row) => {
    const verdict = `${reasons[row.reason].verdict} \`${row.reason}\``;
    const sees = row.connections === undefined ? '' : String(row.connections);
    const name = row.name.replaceAll('|', '\\|');
    return `| ${name} | ${probeWords(row)} | ${verdict} | ${sees} | ${(row.curl ?? '').replaceAll('|', '\\|')} | ${row.blackbox ?? ''} |`;
  });
  return [
    '# Hostile targets',
    '',
    `What ${hostileRows.length} targets do to a probe, and the verdict that comes of it. A test runs every row three times, and asks as well that`,
    'the deadline is kept to 50 ms, that every socket is closed, that no turn of the event loop uses more than 50 ms of processor time,',
    'and, where a number stands, that the target saw exactly so many connections. Where blackbox_exporter is on PATH, every row that it can be configured for is run against it too: a verdict that',
    'differs is explained in the last column.',
    '',
    '| A target that … | Probed by | Verdict | Connections | curl says | Where blackbox_exporter differs |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function probeWords({ kind, options }: HostileRow): string {
  if (!options) return `\`${kind}\``;
  const text = stringify(options, { collectionStyle: 'flow', lineWidth: 0 })
    .trim()
    .replace(/^\{ ?|\s?\}$/g, '');
  return `\`${kind}\`, \`${text.trim().replaceAll('|', '\\|')}\``;
}
