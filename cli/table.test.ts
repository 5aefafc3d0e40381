import { expect, test } from 'vitest';
import { table } from './table.ts';

const rows = [
  ['probe service', { text: 'running', style: 'green' }, 'http://127.0.0.1:9815'],
  ['Loki', { text: 'missing', style: 'yellow' }, 'apt-get install loki'],
] as const;
const silent = { print: () => {}, complain: () => {} };

test('aligns the columns and ends no line with spaces', () => {
  expect(table({ ...silent, colour: false }, ['PART', 'STATE', 'WHERE'], rows).split('\n')).toEqual([
    '  PART           STATE    WHERE',
    '  probe service  running  http://127.0.0.1:9815',
    '  Loki           missing  apt-get install loki',
  ]);
});

test('colours disturb no column', () => {
  const coloured = table({ ...silent, colour: true }, ['PART', 'STATE', 'WHERE'], rows);
  expect(coloured).toContain('\u001b[32mrunning\u001b[0m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what a terminal is sent
  const plain = coloured.replaceAll(/\u001b\[\d+m/g, '');
  expect(plain).toBe(table({ ...silent, colour: false }, ['PART', 'STATE', 'WHERE'], rows));
});
