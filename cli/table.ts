import { type Style, styled, type Terminal } from './terminal.ts';

/** A cell; styled after it was padded, so that colours do not disturb the columns. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Columns aligned by spaces, a bold header, no frame: reads in a mail as well as in a terminal. */
export function table(terminal: Terminal, header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const titled: readonly (readonly Cell[])[] = [header.map((text) => ({ text, style: 'bold' as const })), ...rows];
  const widths = header.map((_, column) => Math.max(...titled.map((row) => width(row[column]))));
  return titled.map((row) => line(terminal, row, widths)).join('\n');
}

function line(terminal: Terminal, row: readonly Cell[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const last = column === row.length - 1;
    const padding = last ? '' : ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
    return typeof cell === 'string' ? cell + padding : styled(terminal, cell.style, cell.text) + padding;
  });
  return `  ${cells.join('  ')}`.trimEnd();
}

function width(cell: Cell | undefined): number {
  return cell === undefined ? 0 : (typeof cell === 'string' ? cell : cell.text).length;
}
