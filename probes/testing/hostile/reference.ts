import { stringify } from 'yaml';
import { reasons } from '../../../stack/reasons.ts';
import { type HostileRow, hostileRows } from './table.ts';

/** The table for people: what a target does, how it was probed, and what came of it. */
export function hostileReference(): string {
  const rows = hostileRows.map((row) => {
    const verdict = `${reasons[row.reason].verdict} \`${row.reason}\``;
    const sees = row.connections === undefined ? '' : String(row.connections);
    return `| ${row.name.replaceAll('|', '\\|')} | ${probeWords(row)} | ${verdict} | ${sees} |`;
  });
  return [
    '# Hostile targets',
    '',
    `What ${hostileRows.length} targets do to a probe, and the verdict that comes of it. A test runs every row three times, and asks as well that`,
    'the deadline is kept to 50 ms, that every socket is closed, and, where a number stands, that the target saw exactly so many',
    'connections.',
    '',
    '| A target that … | Probed by | Verdict | Connections |',
    '| --- | --- | --- | --- |',
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
