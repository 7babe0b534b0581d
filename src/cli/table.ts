import { stripVTControlCharacters } from 'node:util';

/** Lines with columns below each other, two blanks apart; the last column is as long as it is. Colours have no width. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, width(cell))));
  const padded = (cell: string, index: number): string => cell + ' '.repeat((widths[index] ?? 0) - width(cell));
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
